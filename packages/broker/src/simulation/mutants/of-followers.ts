import type { Mutant } from './mutant.ts';

const session = 'packages/broker/src/replication/follower-session.ts';
const fetcher = 'packages/broker/src/replication/fetcher.ts';
const truncation = 'packages/broker/src/log/truncation.ts';

/** In how records move, and in what becomes of those that are not the leader's. */
export const mutantsOfFollowers: readonly Mutant[] = [
  {
    name: 'serves-before-registration',
    what: 'A broker reads the picture and serves followers before it has registered, as it led in its former life.',
    file: 'packages/broker/src/replication/replication.ts',
    before: '#hasRegistered = false;',
    after: '#hasRegistered = true;',
  },
  {
    name: 'counted-before-compared',
    what: "A follower's position counts before its history was compared with the leader's.",
    file: session,
    before: 'if (parted === null) partition.followerFetched',
    after: 'if (parted === null || parted !== null) partition.followerFetched',
  },
  {
    name: 'histories-never-part',
    what: 'A follower whose log is no longer than the leader goes on, whatever is in it.',
    file: 'packages/broker/src/replication/serve-follower.ts',
    before: 'return end.epoch < asked.lastEpoch || end.endOffset < asked.writtenEnd ? end : null;',
    after: 'return asked.writtenEnd > endOffset ? end : null;',
  },
  {
    name: 'truncates-to-high-watermark',
    what: 'A follower ends its log at the high watermark that it knows of, not where the epochs part.',
    file: 'packages/broker/src/partition/following.ts',
    before: 'const offset = cutOffset(own, end);',
    after: 'const offset = Math.min(cutOffset(own, end), highWatermark);',
  },
  {
    name: 'truncation-keeps-recovery-point',
    what: 'A log that was cut keeps the recovery point and the snapshots from behind the cut.',
    file: truncation,
    before: `  await lowerRecoveryPoint(deps, dir, bases, snapshots, offset);
  const later = bases.filter((base, at) => base >= offset && at > 0);
  // The last first: what is left is always one log without a hole.
  for (const base of later.toReversed()) await new Segment(disk, dir, base).remove();
  for (const at of snapshots) if (at > offset) await disk.remove(segmentFile(dir, at, 'snapshot'));`,
    after: `  const later = bases.filter((base, at) => base >= offset && at > 0);
  for (const base of later.toReversed()) await disk.remove(segmentFile(dir, base, 'log'));`,
  },
  {
    name: 'truncation-keeps-producers',
    what: 'What producers did behind a cut is remembered, as if it were still in the log.',
    file: 'packages/broker/src/partition/producer-ledger.ts',
    before: 'for (const [producerId, producer] of this.#producers) this.#forget(producerId, producer);',
    after: '',
  },
  {
    name: 'truncation-forgets-producers',
    what: 'What producers did before a cut is forgotten with what they did behind it.',
    file: 'packages/broker/src/log/recovery.ts',
    before: 'const aborted = learning.state.replay(bytes, at);',
    after: 'const aborted = null;',
  },
  {
    name: 'epochs-outlive-the-cut',
    what: 'A log that was cut keeps the terms that began behind the cut.',
    file: 'packages/broker/src/log/checkpoint.ts',
    before: 'new LeaderEpochs(entries.filter((entry) => entry.startOffset < endOffset))',
    after: 'new LeaderEpochs(entries)',
  },
  {
    name: 'term-not-noted',
    what: 'Where a term begins is not noted, and its records go into the term before.',
    file: 'packages/broker/src/log/leader-epochs.ts',
    before: 'if (epoch <= this.latest) return;',
    after: 'if (this.latest >= 0) return;',
  },
  {
    name: 'epoch-of-another-ends-here',
    what: 'Of an epoch that the leader does not know the end of the log is told.',
    file: 'packages/broker/src/log/leader-epochs.ts',
    before: 'const endOffset = this.#entries[next]?.startOffset ?? logEndOffset;',
    after: 'const endOffset = logEndOffset;',
  },
  {
    name: 'stale-answer-believed',
    what: "A follower believes what was said in its leader's former term.",
    file: fetcher,
    before: 'if (told.leaderEpoch !== partition.record.leaderEpoch || !partition.isFollower) return;',
    after: 'if (!partition.isFollower) return;',
  },
  {
    name: 'appends-anywhere',
    what: 'A follower appends what comes, whether or not it goes on where its log ends.',
    file: 'packages/broker/src/partition/following.ts',
    before: 'if (place.baseOffset !== log.endOffset)',
    after: 'if (place.baseOffset < 0)',
  },
  {
    name: 'high-watermark-ahead-of-log',
    what: "A follower takes over the leader's high watermark, also where its own log ends before it.",
    file: 'packages/broker/src/partition/following.ts',
    before: 'const committed = Math.min(leader.highWatermark, own.endOffset);',
    after: 'const committed = leader.highWatermark;',
  },
  {
    name: 'checkpoints-log-end',
    what: 'Where the log ends is written down as what is committed.',
    file: 'packages/broker/src/partition/high-watermarks.ts',
    before: 'partition.log === null ? this.of(partition.dir) : partition.highWatermark;',
    after: 'partition.log === null ? this.of(partition.dir) : partition.log.endOffset;',
  },
];
