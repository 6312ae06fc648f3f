import type { Mutant } from './mutant.ts';

const partition = 'packages/broker/src/partition/partition.ts';
const leadership = 'packages/broker/src/partition/leadership.ts';

/** In what a leader believes of itself and of its followers. */
export const mutantsOfLeaders: readonly Mutant[] = [
  {
    name: 'epoch-outlives-reread-log',
    what: 'A leader whose log was read again after an error leads on in the same epoch.',
    file: partition,
    before: 'if (this.isReplicated) this.#epochIsOver = true;',
    after: 'this.#epochIsOver = false;',
  },
  {
    name: 'commits-below-the-minimum',
    what: 'The high watermark moves while the ISR is smaller than its minimum.',
    file: partition,
    before: 'if (record.isr.length >= committingReplicasOf(this.settings, record)) this.#commit(end);',
    after: 'this.#commit(end);',
  },
  {
    name: 'asked-isr-ignored',
    what: 'The high watermark waits for the committed ISR alone, not for the one that was asked for.',
    file: leadership,
    before: 'for (const members of [record.isr, asked?.underWay ?? [], asked?.unknown ?? []])',
    after: 'for (const members of [record.isr, asked === null ? record.isr : []])',
  },
  {
    name: 'lost-answer-means-unchanged',
    what: 'A question that was never answered is taken for one that was refused.',
    file: leadership,
    before: 'this.#asked.unknown = [...new Set([...this.#asked.unknown, ...this.#asked.underWay])];',
    after: '',
  },
  {
    name: 'unheard-follower-has-all',
    what: 'A follower that was not heard of in this term counts as if it had everything.',
    file: leadership,
    before: '(this.#followers.get(brokerId)?.durableEnd ?? -1)',
    after: '(this.#followers.get(brokerId)?.durableEnd ?? own)',
  },
  {
    name: 'undurable-counts',
    what: 'What a follower has written counts as what it has for good.',
    file: leadership,
    before: 'known.durableEnd = at.durableEnd;',
    after: 'known.durableEnd = at.writtenEnd;',
  },
  {
    name: 'own-undurable-counts',
    what: 'What the leader has accepted counts as what it has for good.',
    file: partition,
    before: 'term.durableEverywhere(record, this.durableEnd)',
    after: 'term.durableEverywhere(record, this.log?.endOffset ?? 0)',
  },
  {
    name: 'joins-before-term-start',
    what: 'A follower joins the ISR without what was in the log before the term began.',
    file: leadership,
    before: 'follower.durableEnd >= Math.max(log.highWatermark, this.startOffset)',
    after: 'follower.durableEnd >= log.highWatermark',
  },
  {
    name: 'joins-with-nothing',
    what: 'A follower joins the ISR as soon as it is heard of.',
    file: leadership,
    before: 'follower.durableEnd >= Math.max(log.highWatermark, this.startOffset)',
    after: 'follower.durableEnd >= 0',
  },
  {
    name: 'former-life-is-heard',
    what: "A follower's fetches count for the life that it was first heard of in.",
    file: leadership,
    before: 'if (known?.bootEpoch !== bootEpoch) {',
    after: 'if (known === undefined) {',
  },
  {
    name: 'appends-before-the-term',
    what: 'A leader appends before its term has begun.',
    file: 'packages/broker/src/partition/append-refusal.ts',
    before: 'if (!partition.hasBegun || hold.isHeld || partition.isCutOff)',
    after: 'if (!partition.isLeader || hold.isHeld || partition.isCutOff)',
  },
  {
    name: 'leader-alone-acknowledges',
    what: 'acks=all is answered when the leader alone has the record for good.',
    file: partition,
    before: 'const safeEnd = requiresAll ? this.highWatermark : this.durableEnd;',
    after: `const safeEnd = this.durableEnd;
    if (endOffset > safeEnd) return this.#uncommitted.add(endOffset, bytes, false);`,
  },
  {
    name: 'waiting-producers-told-yes',
    what: 'A leader whose term is over tells those who wait that their records are safe.',
    file: partition,
    before: "this.#uncommitted.settleAll('NOT_LEADER_OR_FOLLOWER');",
    after: "this.#uncommitted.settleAll('NONE');",
  },
  {
    name: 'refused-producers-told-yes',
    what: 'Producers whose records the disk has refused are told that they are safe.',
    file: partition,
    before: "this.#uncommitted.settleAll('KAFKA_STORAGE_ERROR');",
    after: "this.#uncommitted.settleAll('NONE');",
  },
  {
    name: 'asked-isr-in-place-of-the-committed',
    what: 'The high watermark waits for the ISR that was asked for alone, before the store has agreed to it.',
    file: leadership,
    before: 'for (const members of [record.isr, asked?.underWay ?? [], asked?.unknown ?? []])',
    after:
      'for (const members of [asked === null || asked.underWay.length === 0 ? record.isr : asked.underWay])',
  },
  {
    name: 'commit-always-known',
    what: 'A new leader tells of what is committed before it has heard of all that are in sync.',
    file: partition,
    before: 'return term.isConfirmed && this.highWatermark >= term.startOffset;',
    after: 'return true;',
  },
  {
    name: 'cut-off-leader-serves',
    what: 'A leader that has heard of nobody for a lease goes on as if nobody else could lead.',
    file: 'packages/broker/src/partition/cut-off.ts',
    before: 'if (life === undefined || !life.isLeaseOver) return false;',
    after: 'if (life === undefined || !life.isLeaseOver || life.leaseMs > 0) return false;',
  },
];
