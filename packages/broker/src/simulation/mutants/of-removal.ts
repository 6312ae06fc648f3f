import type { Mutant } from './mutant.ts';

const task = 'packages/broker/src/log/compaction-task.ts';
const deletion = 'packages/broker/src/partition/delete-records.ts';

const alone = { brokers: 1, hasJournal: true } as const;
const inCell = { hasJournal: true } as const;

/** In what takes records out of a log: compaction, and whoever asks for it. */
export const mutantsOfRemoval: readonly Mutant[] = [
  {
    ...alone,
    name: 'superseded-by-what-is-aborted',
    what: 'What a transaction has written supersedes, whether or not it was committed.',
    file: task,
    before: 'if (isAborted(bytes, at, aborted)) continue;',
    after: '',
  },
  {
    ...alone,
    name: 'aborted-with-what-it-committed-before',
    what: 'Compaction takes with an aborted transaction what its producer has committed before it.',
    file: task,
    before: 'span.producerId === producer && span.firstOffset <= offset && offset < span.lastOffset,',
    after: 'span.producerId === producer && offset < span.lastOffset,',
  },
  {
    ...inCell,
    name: 'superseded-by-what-is-uncommitted',
    what: 'Compaction goes as far as there are sealed segments, committed or not.',
    file: 'packages/broker/src/log/compaction-plan.ts',
    before: 'if (next === undefined || next.baseOffset > decidedEnd || segment.isDamaged || isYoung) break;',
    after: 'if (next === undefined || decidedEnd < 0 || segment.isDamaged || isYoung) break;',
  },
  {
    ...alone,
    name: 'tombstone-goes-at-once',
    what: 'A tombstone goes as soon as nothing is left for it to hide.',
    file: task,
    before: 'return this.#task.nowMs < baseTimestamp(this.#bytes, at);',
    after: 'return this.#task.nowMs < 0;',
  },
  {
    ...alone,
    name: 'copy-not-brought-to-the-medium',
    what: 'A compacted copy takes the place of its segment before it is on the medium.',
    file: 'packages/broker/src/log/compaction.ts',
    before: 'await file.sync();',
    after: '',
  },
  {
    ...alone,
    name: 'aborted-index-lost-by-compaction',
    what: 'A compacted segment knows nothing of the transactions that were aborted in it.',
    file: 'packages/broker/src/log/segment-swaps.ts',
    before: 'fresh.aborted = old.aborted;',
    after: '',
  },
  {
    ...alone,
    name: 'removed-while-it-is-read',
    what: 'Of bytes whose segment was removed while they were read no transaction counts as aborted.',
    file: 'packages/broker/src/apis/fetch-gather.ts',
    before: 'const isThere = partition.log === log && log.firstOffset <= place.from;',
    after: 'const isThere = true;',
  },
  {
    ...alone,
    name: 'deletion-forgotten-by-a-start',
    what: 'A start shows again what was deleted of a segment that is there.',
    file: 'packages/broker/src/log/recovery.ts',
    before: 'const deletedBefore = await readLogStart(deps.disk, dir, names, endOffset);',
    after: 'const deletedBefore = 0 * (await readLogStart(deps.disk, dir, names, endOffset));',
  },
  {
    ...inCell,
    name: 'deletion-told-by-the-leader-alone',
    what: 'A deletion is acknowledged when the leader alone has let go of the records.',
    file: deletion,
    before: 'const lowest = Math.min(startOffset, ...others.map((brokerId) => term.startOf(brokerId)));',
    after: 'const lowest = startOffset;',
  },
  {
    ...inCell,
    name: 'deletion-unknown-to-who-may-lead',
    what: 'A deletion is acknowledged though one that may lead next, and is away, has not heard of it.',
    file: deletion,
    before: 'const mayLead = new Set([...term.mayBeInSync(record), ...record.eligibleReplicas]);',
    after: 'const mayLead = new Set<number>();',
  },
];
