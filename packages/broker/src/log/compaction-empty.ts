import {
  batchBaseOffset,
  batchHeaderBytes,
  batchLastOffset,
  batchOverheadBytes,
  batchPositions,
  currentMagic,
  maxTimestamp,
  partitionLeaderEpoch,
  setBaseOffset,
  setPartitionLeaderEpoch,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';

const lastOffsetDeltaMax = 0x7fff_ffff;
const noneCompressed = ~0x07;

/** What a producer's last batch leaves behind: its offsets and sequences, and none of its records. */
export function emptied(bytes: Buffer, at: number): Buffer {
  const header = Buffer.from(bytes.subarray(at, at + batchHeaderBytes));
  const attributes = header.readInt16BE(batchPositions.attributes) & noneCompressed;
  header.writeInt16BE(attributes, batchPositions.attributes);
  header.writeInt32BE(batchHeaderBytes - batchOverheadBytes, batchPositions.batchLength);
  header.writeInt32BE(0, batchPositions.recordCount);
  writeBatchCrc(header, 0);
  return header;
}

interface Offsets {
  readonly first: number;
  readonly last: number;
  readonly epoch: number;
  readonly maxTimestamp: number;
}

/**
 * Batches of which nothing is left, one behind the other, become one empty batch over all of their offsets: a log has no
 * gaps, so that one that is there is damage, also for whoever reads a log that was compacted. Terms stay apart.
 */
export class EmptyRun {
  #offsets: Offsets | null = null;

  /** The batch joins the run; what the run before it was, if it cannot. */
  add(bytes: Buffer, at: number): Buffer[] {
    const [first, last] = [batchBaseOffset(bytes, at), batchLastOffset(bytes, at)];
    const epoch = partitionLeaderEpoch(bytes, at);
    const run = this.#offsets;
    const joins = run !== null && run.epoch === epoch && last - run.first <= lastOffsetDeltaMax;
    const before = joins ? [] : this.take();
    const newest = Math.max(maxTimestamp(bytes, at), joins ? run.maxTimestamp : -1);
    this.#offsets = { first: joins ? run.first : first, last, epoch, maxTimestamp: newest };
    return before;
  }

  /** The run so far; none begins before the next batch joins. */
  take(): Buffer[] {
    const run = this.#offsets;
    this.#offsets = null;
    return run === null ? [] : [emptyBatch(run)];
  }
}

/** One without records, of no producer. */
export function emptyBatch({ epoch, first, last, maxTimestamp: newest }: Offsets): Buffer {
  const batch = Buffer.alloc(batchHeaderBytes);
  setBaseOffset(batch, 0, first);
  batch.writeInt32BE(batchHeaderBytes - batchOverheadBytes, batchPositions.batchLength);
  setPartitionLeaderEpoch(batch, 0, epoch);
  batch.writeInt8(currentMagic, batchPositions.magic);
  batch.writeInt32BE(last - first, batchPositions.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(newest), batchPositions.baseTimestamp);
  batch.writeBigInt64BE(BigInt(newest), batchPositions.maxTimestamp);
  batch.writeBigInt64BE(-1n, batchPositions.producerId);
  batch.writeInt16BE(-1, batchPositions.producerEpoch);
  batch.writeInt32BE(-1, batchPositions.baseSequence);
  writeBatchCrc(batch, 0);
  return batch;
}
