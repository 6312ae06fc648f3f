import {
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  isControl,
  partitionLeaderEpoch,
} from '@weir/kafka-protocol/record-batch';
import { decodeRecords } from '@weir/kafka-protocol/records';
import type { SimulatedDisk } from './simulated-disk.ts';
import { Violation } from './world.ts';

/** One broker's copy of a partition, as its disk has it. */
interface Copy {
  readonly broker: number;
  /** Bytes of each batch, by its first offset. */
  readonly batches: ReadonlyMap<number, Buffer>;
  readonly endOffset: number;
}

/**
 * Compares what the disks of stopped brokers have of a partition: where two have the same offset the bytes are the
 * same, and all have all of it once everybody has caught up. Each compacts its own: where that is so, records are compared.
 */
export async function compareReplicas(
  disks: ReadonlyMap<number, SimulatedDisk>,
  dir: string,
  isCompacted: boolean,
  run: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> {
  const copies: Copy[] = [];
  for (const [broker, disk] of disks) copies.push(await run(readCopy(broker, disk, dir)));
  const [first, ...others] = copies;
  if (first === undefined) return;
  for (const other of others) {
    if (other.endOffset !== first.endOffset)
      throw new Violation(
        `${dir} ends at ${first.endOffset} on broker ${first.broker} and at ${other.endOffset} on ${other.broker}`,
      );
    if (isCompacted) compareRecords(dir, first, other);
    else compareBatches(dir, first, other);
  }
}

function compareBatches(dir: string, first: Copy, other: Copy): void {
  for (const [offset, bytes] of other.batches) {
    const there = first.batches.get(offset);
    // Retention takes segments away, not everywhere at the same moment.
    if (there !== undefined && !there.equals(bytes))
      throw new Violation(
        `${dir} differs at ${offset} between brokers ${first.broker} and ${other.broker}: epochs ${partitionLeaderEpoch(there, 0)} and ${partitionLeaderEpoch(bytes, 0)}`,
      );
  }
}

function compareRecords(dir: string, first: Copy, other: Copy): void {
  const there = recordsOf(first);
  for (const [offset, record] of recordsOf(other)) {
    const same = there.get(offset) ?? record;
    if (same !== record)
      throw new Violation(
        `${dir} has ${same} at ${offset} on broker ${first.broker}, and ${record} on ${other.broker}`,
      );
  }
}

/** Who wrote what is at each offset, as the records themselves say. */
function recordsOf({ batches }: Copy): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const batch of batches.values()) {
    if (isControl(batch, 0)) continue;
    for (const { offset, key, timestamp, headers } of decodeRecords(batch))
      found.set(offset, `${key} of ${timestamp} by ${headers[0]?.value}`);
  }
  return found;
}

async function readCopy(broker: number, simulated: SimulatedDisk, dir: string): Promise<Copy> {
  const disk = simulated.mount(() => true);
  const names = (await disk.list(dir)).filter((name) => name.endsWith('.log')).sort();
  const batches = new Map<number, Buffer>();
  let endOffset = 0;
  for (const name of names) {
    const bytes = (await disk.readWhole(`${dir}/${name}`)) ?? Buffer.alloc(0);
    endOffset = Math.max(endOffset, Number(name.slice(0, -'.log'.length)));
    for (let at = 0; bytes.length - at >= batchHeaderBytes; at += batchBytes(bytes, at)) {
      batches.set(Number(bytes.readBigInt64BE(at)), bytes.subarray(at, at + batchBytes(bytes, at)));
      endOffset = batchLastOffset(bytes, at) + 1;
    }
  }
  return { broker, batches, endOffset };
}
