import type { Mutant } from './mutant.ts';

/** In what readers and groups are told. */
export const mutantsOfReaders: readonly Mutant[] = [
  {
    name: 'reads-beyond-high-watermark',
    what: 'Readers get what is in the log and not committed.',
    file: 'packages/broker/src/apis/fetch-gather.ts',
    before: 'const endOffset = isCommittedOnly ? lastStableOffset : highWatermark;',
    after: 'const endOffset = partition.log?.endOffset ?? highWatermark;',
  },
  {
    name: 'loads-before-commit-is-known',
    what: 'A new coordinator loads what it knew to be committed when it was elected.',
    file: 'packages/broker/src/coordinator/load-shard.ts',
    before: 'while (!partition.isCommitKnown || !partition.hasBegun) {',
    after: 'while (!partition.hasBegun) {',
  },
  {
    name: 'coordinator-outlives-its-term',
    what: 'A coordinator that leads in a new term goes on with what it knew in the former one.',
    file: 'packages/broker/src/coordinator/shard-runtime.ts',
    before: 'if (this.partition.isLeader && leaderEpoch === this.#leaderEpoch) return;',
    after: 'if (leaderEpoch >= this.#leaderEpoch) return;',
  },
  {
    name: 'coordinator-waits-for-its-disk-alone',
    what: 'A coordinator answers when its own disk has what it decided.',
    file: 'packages/broker/src/coordinator/shard-runtime.ts',
    before: 'this.partition.append(frame.buffer.subarray(0, batch.length), frame, true);',
    after: 'this.partition.append(frame.buffer.subarray(0, batch.length), frame, false);',
  },
  {
    name: 'cut-off-leader-lists',
    what: 'A leader that has heard of nobody for a lease tells where its log ends.',
    file: 'packages/broker/src/apis/02-list-offsets.ts',
    before: 'if (!partition.isServing)',
    after: 'if (!partition.hasBegun)',
  },
  {
    name: 'cut-off-coordinator-answers',
    what: 'A coordinator that has heard of nobody for a lease tells of groups what it knew.',
    file: 'packages/broker/src/coordinator/shard-runtime.ts',
    before: 'this.partition.isLeader && !this.partition.isCutOff;',
    after: 'this.partition.isLeader;',
  },
  {
    name: 'follower-reads-beyond-high-watermark',
    what: 'Readers of a follower get what is in its log and may not be committed.',
    file: 'packages/broker/src/apis/fetch-gather.ts',
    before: 'const endOffset = isCommittedOnly ? lastStableOffset : highWatermark;',
    after:
      'const endOffset = partition.isLeader ? highWatermark : (partition.log?.endOffset ?? highWatermark);',
  },
  {
    name: 'follower-takes-all-for-committed',
    what: 'A follower takes for committed whatever its leader has sent it, and serves it.',
    file: 'packages/broker/src/partition/following.ts',
    before: 'const committed = Math.min(leader.highWatermark, own.endOffset);',
    after: 'const committed = own.endOffset;',
  },
  {
    name: 'follower-serves-in-any-state',
    what: 'A follower keeps its readers, whether or not it is in sync, has its lease, or hears of its leader.',
    file: 'packages/broker/src/partition/near-reads.ts',
    before: 'if (!isFollower || !isOpen || comparedEpoch !== record.leaderEpoch) return false;',
    after: 'if (isFollower) return isOpen || comparedEpoch >= 0;',
  },
];
