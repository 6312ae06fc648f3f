import { fetchCommits } from './commit-watcher.ts';
import { fetchFrom, offsetFor } from './fetch-client.ts';
import { type Retention, readRecords, type SeenLog, type SeenRecord } from './history.ts';
import { readOnce } from './reader.ts';
import type { Stage } from './stage.ts';
import { type Client, NoAnswer } from './wire-client.ts';
import { Violation } from './world.ts';

/** Looks by random reads, once all is at rest. */
const readsInPeace = 20;

/** Reads every partition and every committed offset, in peace, and compares them with what was told. */
export async function checkAll(stage: Stage, kept: Retention, latestMs: () => number): Promise<void> {
  let client = await stage.tryConnect('checker');
  while (client === null) client = await stage.tryConnect('checker');
  try {
    let bytes = 0;
    for (const partition of stage.partitions) {
      const seen = await readAll(stage, client, partition);
      stage.history.check(stage.place(partition), seen, kept, latestMs());
      bytes = seen.startOffset === 0 ? bytes + seen.bytes : Number.NaN;
    }
    stage.bytesInPeace = bytes;
    for (let read = 0; read < readsInPeace; read += 1) await readOnce(stage, client);
    // The coordinator may load.
    while (!(await fetchCommits(stage, client))) await stage.world.sleep(100);
  } catch (cause) {
    throw cause instanceof NoAnswer ? new Violation('the connection broke in peace', { cause }) : cause;
  }
  client.close();
}

async function readAll(stage: Stage, client: Client, partition: number): Promise<SeenLog> {
  const records: SeenRecord[] = [];
  // In a new leader's term it is a moment before it is known what is committed.
  while ((await offsetFor(stage, client, partition, -1)) === null) await stage.world.sleep(100);
  let startOffset = 0;
  let bytes = 0;
  const options = { maxWaitMs: 0, maxBytes: 1 << 22, partitionMaxBytes: 1 << 22 };
  for (let silent = 0; ; ) {
    const fetchOffset = startOffset + records.length;
    const { parts } = await fetchFrom(stage, client, new Map([[partition, fetchOffset]]), options);
    const [part] = parts;
    if (part?.error === 'OFFSET_OUT_OF_RANGE' && fetchOffset < part.logStartOffset) {
      // Retention goes on in peace, also while this reads.
      startOffset = part.logStartOffset;
      records.length = 0;
      bytes = 0;
      continue;
    }
    if (part?.error === 'OFFSET_OUT_OF_RANGE')
      throw new Violation(`${stage.place(partition)}: ${fetchOffset} is out of range`);
    if (part === undefined || part.error !== 'NONE') {
      await stage.world.sleep(100);
      continue;
    }
    const seen = readRecords(part.records, fetchOffset);
    records.push(...seen);
    bytes += part.records.length;
    if (fetchOffset + seen.length >= part.highWatermark) return { startOffset, records, bytes };
    silent = seen.length === 0 ? silent + 1 : 0;
    if (silent > 20) throw new Violation(`${stage.place(partition)}: nothing comes from ${fetchOffset} on`);
    if (silent > 0) await stage.world.sleep(50);
  }
}
