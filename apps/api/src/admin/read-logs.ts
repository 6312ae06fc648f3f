import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  isControl,
  recordCount,
} from '@weir/kafka-protocol/record-batch';

/** What the logs of one partition say, in the directory of one broker. */
export interface LoggedPartition {
  readonly topicId: string;
  readonly partition: number;
  /** Where it begins: what lay before was removed by retention. */
  readonly startOffset: number;
  readonly endOffset: number;
  readonly bytes: bigint;
  readonly records: bigint;
}

/** Every partition of a cluster that a broker has in its directory of logs; none where it has none. */
export const readLogs = async (directory: string, clusterId: string): Promise<readonly LoggedPartition[]> => {
  const cluster = join(directory, clusterId);
  const found: LoggedPartition[] = [];
  for (const name of await namesIn(cluster)) {
    const [, topicId, partition] = /^([\w-]{22})-(\d+)$/.exec(name) ?? [];
    if (topicId === undefined || partition === undefined) continue;
    found.push({ topicId, partition: Number(partition), ...(await readPartition(join(cluster, name))) });
  }
  return found;
};

const namesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw cause;
  }
};

const readPartition = async (directory: string) => {
  const segments = (await namesIn(directory)).filter((name) => /^\d{20}\.log$/.test(name)).toSorted();
  const sum = { startOffset: Number.parseInt(segments[0] ?? '0', 10), endOffset: 0, bytes: 0n, records: 0n };
  for (const name of segments) await readSegment(join(directory, name), sum);
  return sum;
};

interface Sum {
  endOffset: number;
  bytes: bigint;
  records: bigint;
}

/** Batch by batch, by their headers alone, up to the first that is not whole: whoever writes may be at it. */
const readSegment = async (path: string, sum: Sum): Promise<void> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(batchHeaderBytes);
    for (let at = 0; at + batchHeaderBytes <= size; ) {
      await file.read(header, 0, batchHeaderBytes, at);
      const bytes = batchBytes(header, 0);
      if (bytes < batchHeaderBytes || at + bytes > size || batchBaseOffset(header, 0) < sum.endOffset) return;
      sum.endOffset = batchLastOffset(header, 0) + 1;
      // Markers of transactions are the broker's own.
      if (!isControl(header, 0)) {
        sum.bytes += BigInt(bytes);
        sum.records += BigInt(recordCount(header, 0));
      }
      at += bytes;
    }
  } finally {
    await file.close();
  }
};
