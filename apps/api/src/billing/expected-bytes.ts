import { topicConfigList, topicConfigNumber } from '@weir/metadata-store/topic-configs';

/** A topic as it is stored and written to now. */
export interface StoredTopic {
  readonly partitions: number;
  readonly storedBytes: bigint;
  readonly writtenBytes: bigint;
  /** In how many seconds; zero: it was not heard of. */
  readonly writtenSeconds: bigint;
}

const monthSeconds = 730n * 3_600n;

/**
 * How many bytes a topic comes to store under such settings, at most within a month: what is written to it at the same pace in
 * the time of `retention.ms`, or as many as `retention.bytes` leaves. What compaction leaves nobody can tell: as many as now.
 */
export const expectedBytes = (configs: Readonly<Record<string, string>>, topic: StoredTopic): bigint => {
  const { partitions, storedBytes, writtenBytes, writtenSeconds } = topic;
  if (!topicConfigList(configs, 'cleanup.policy').includes('delete')) return storedBytes;
  const writtenIn = (milliseconds: bigint) =>
    writtenSeconds === 0n ? 0n : (writtenBytes * milliseconds) / (writtenSeconds * 1_000n);
  const retentionMs = topicConfigNumber(configs, 'retention.ms');
  const retentionBytes = topicConfigNumber(configs, 'retention.bytes');
  const bounds = [
    ...(retentionMs < 0 ? [] : [writtenIn(BigInt(retentionMs))]),
    ...(retentionBytes < 0 ? [] : [BigInt(retentionBytes) * BigInt(partitions)]),
  ];
  let least = storedBytes + writtenIn(monthSeconds * 1_000n);
  for (const bound of bounds) if (bound < least) least = bound;
  return least;
};
