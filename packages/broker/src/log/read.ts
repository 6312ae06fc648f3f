import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  maxTimestamp,
  recordCount,
} from '@weir/kafka-protocol/record-batch';
import { fetchBatchesMax, requestBytesMax } from '../limits.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { hasPossibleOffset, isWholeBatch, scanBatches } from './batch-scan.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Segment } from './segment.ts';

/** Whole batches, and the frames that hold their bytes: release each once when the views were sent. */
export interface BatchViews {
  readonly views: Buffer[];
  readonly frames: Frame[];
  bytes: number;
}

export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';
}

export class OffsetRemovedError extends Error {
  override readonly name = 'OffsetRemovedError';
}

/**
 * Whole batches from the one that holds `offset`, ending before `endOffset`, from memory; null when that
 * offset is only on disk. The first batch may exceed `bytesMax` if `firstMayExceed`. KIP-74.
 */
export function readTail(
  log: PartitionLog,
  offset: number,
  endOffset: number,
  bytesMax: number,
  firstMayExceed: boolean,
): BatchViews | null {
  const { tail } = log;
  if (offset < tail.firstOffset) return null;
  const found: BatchViews = { views: [], frames: [], bytes: 0 };
  const { entries } = tail;
  for (let index = tail.indexOf(offset); index < entries.length; index += 1) {
    const entry = entries.at(index);
    if (entry === undefined || entry.lastOffset >= endOffset || found.views.length === fetchBatchesMax) break;
    const isFirst = found.bytes === 0 && firstMayExceed;
    if (!isFirst && found.bytes + entry.view.length > bytesMax) break;
    entry.frame.retain();
    found.views.push(entry.view);
    found.frames.push(entry.frame);
    found.bytes += entry.view.length;
  }
  return found;
}

/**
 * The same from disk. Every batch's CRC is checked: damage is refused with DamagedLogError, never served.
 * OffsetRemovedError: the log begins behind the offset meanwhile.
 */
export async function readDisk(...read: Parameters<typeof readSegment>): Promise<BatchViews> {
  const [log, , offset] = read;
  return afterSwaps(log, async () => {
    try {
      return await readSegment(...read);
    } catch (cause) {
      if (offset < log.startOffset) throw new OffsetRemovedError(`${log.dir}: ${offset} is gone`, { cause });
      throw cause;
    }
  });
}

/** Reads again where a compacted copy took a segment's place meanwhile: the old one's file is closed then. */
async function afterSwaps<T>({ swaps }: PartitionLog, read: () => Promise<T>): Promise<T> {
  for (;;) {
    const { begun, isUnderWay } = swaps;
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof OffsetRemovedError || (!isUnderWay && swaps.begun === begun)) throw cause;
      await swaps.settled();
    }
  }
}

async function readSegment(
  log: PartitionLog,
  pool: FramePool,
  offset: number,
  endOffset: number,
  bytesMax: number,
  firstMayExceed: boolean,
): Promise<BatchViews> {
  const segment = segmentOf(log, offset);
  if (segment === null || offset >= endOffset) return { views: [], frames: [], bytes: 0 };
  let position = log.readHints.positionOf(segment, offset) ?? segment.offsets.positionFor(offset);
  // Some bytes before the batch that is asked for may come along (the index has an entry for every 4 KiB, or
  // for every batch). They are part of the limit, so that the usual limit of 1 MiB takes a buffer of just that.
  let wanted = Math.max(bytesMax, readBytesMin);
  for (;;) {
    const asked = Math.min(wanted, segment.size - position);
    const chunk = await readChunk(segment, pool, position, asked);
    const cut = cutBatches(chunk, offset, endOffset, bytesMax, firstMayExceed);
    if (cut.to > cut.from) {
      log.readHints.add(segment, cut.nextOffset, position + cut.to);
      return { views: [chunk.buffer.subarray(cut.from, cut.to)], frames: [chunk], bytes: cut.to - cut.from };
    }
    chunk.release();
    if (cut.isBounded) return { views: [], frames: [], bytes: 0 };
    const goesOn = cut.needs > 0 && (cut.from > 0 || cut.needs > asked);
    position += cut.from;
    if (chunk.length < asked || !goesOn || cut.needs > segment.size - position) {
      // Committed offsets have no gaps: where one is not found a header leads astray, with a good CRC or not.
      throw new DamagedLogError(
        `${log.dir}: no good batch with offset ${offset} at ${position} of ${segment.baseOffset}`,
      );
    }
    wanted = Math.max(wanted, cut.needs);
  }
}

const readBytesMin = 32 * 1024;

function segmentOf(log: PartitionLog, offset: number): Segment | null {
  let low = 0;
  let high = log.segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const segment = log.segments[middle];
    if (segment !== undefined && segment.baseOffset <= offset) low = middle;
    else high = middle - 1;
  }
  return log.segments[low] ?? null;
}

async function readChunk(segment: Segment, pool: FramePool, position: number, bytes: number): Promise<Frame> {
  const frame = pool.take(Math.max(bytes, 0));
  try {
    const file = await segment.file();
    frame.length = await file.read(frame.buffer.subarray(0, frame.length), position);
    return frame;
  } catch (cause) {
    frame.release();
    throw cause;
  }
}

interface Cut {
  /** Where the batches to return begin; where nothing is returned, where the walk ended. */
  from: number;
  to: number;
  /** Bytes that must be there from `from` on for the walk to go on; 0: it ended at damage. */
  needs: number;
  /** The offset behind the last batch that is taken. */
  nextOffset: number;
  /** The batch is there and longer than what may be returned. */
  isBounded: boolean;
}

function cutBatches(
  chunk: Frame,
  offset: number,
  endOffset: number,
  bytesMax: number,
  firstMayExceed: boolean,
): Cut {
  const bytes = chunk.buffer;
  const cut: Cut = { from: 0, to: 0, needs: 0, nextOffset: 0, isBounded: false };
  let at = 0;
  for (let batches = 0; chunk.length - at >= batchHeaderBytes; ) {
    if (batches === fetchBatchesMax) return cut;
    const isFirst = cut.to === 0;
    const ended = isFirst ? { ...cut, from: at } : cut;
    const size = batchBytes(bytes, at);
    if (size < batchHeaderBytes || size > requestBytesMax || !hasPossibleOffset(bytes, at)) return ended;
    const lastOffset = batchLastOffset(bytes, at);
    if (lastOffset >= endOffset) return ended;
    if (lastOffset >= offset) {
      // The base offset lies outside of what the CRC covers; that it follows on shows that it is right.
      const baseOffset = batchBaseOffset(bytes, at);
      if (isFirst ? baseOffset > offset : baseOffset !== cut.nextOffset) return ended;
      const taken = at + size - ended.from;
      if (taken > bytesMax && !(isFirst && firstMayExceed)) return { ...ended, isBounded: true };
      if (at + size > chunk.length) return { ...ended, needs: size };
      if (!isWholeBatch(bytes, at)) return ended;
      cut.from = ended.from;
      cut.to = at + size;
      cut.nextOffset = lastOffset + 1;
      batches += 1;
    }
    at += size;
  }
  return cut.to > 0 ? cut : { ...cut, from: at, needs: batchHeaderBytes };
}

/** The first batch whose records may include one at or after `timestamp`, below `endOffset`. */
export function findBatchByTimestamp(
  log: PartitionLog,
  timestamp: number,
  endOffset: number,
): Promise<Buffer | null> {
  return afterSwaps(log, () => findInSegments(log, timestamp, endOffset));
}

async function findInSegments(
  log: PartitionLog,
  timestamp: number,
  endOffset: number,
): Promise<Buffer | null> {
  // Retention may take some away meanwhile, which are passed over.
  for (const segment of [...log.segments]) {
    if (segment.maxTimestamp < timestamp || segment.baseOffset >= endOffset) continue;
    const from = segment.times.offsetBefore(timestamp);
    const position = segment.offsets.positionFor(from);
    try {
      const found = await scanForTimestamp(segment, position, timestamp, {
        from: log.startOffset,
        to: endOffset,
      });
      if (found !== null && segment.baseOffset >= log.firstOffset) return found;
    } catch (cause) {
      if (segment.baseOffset >= log.firstOffset) throw cause;
    }
  }
  return null;
}

async function scanForTimestamp(
  segment: Segment,
  position: number,
  timestamp: number,
  offsets: { readonly from: number; readonly to: number },
): Promise<Buffer | null> {
  const found: { batch: Buffer | null } = { batch: null };
  await scanBatches(await segment.file(), { from: position, to: segment.size }, null, (bytes, at) => {
    if (batchBaseOffset(bytes, at) >= offsets.to) return 'stop';
    if (recordCount(bytes, at) === 0) return undefined;
    if (maxTimestamp(bytes, at) < timestamp || batchLastOffset(bytes, at) < offsets.from) return undefined;
    found.batch = Buffer.from(bytes.subarray(at, at + batchBytes(bytes, at)));
    return 'stop';
  });
  return found.batch;
}
