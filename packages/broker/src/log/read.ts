import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  hasValidCrc,
  maxTimestamp,
} from '@weir/kafka-protocol/record-batch';
import { requestBytesMax } from '../limits.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { scanBatches } from './batch-scan.ts';
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
    if (entry === undefined || entry.lastOffset >= endOffset) break;
    const isFirst = found.bytes === 0 && firstMayExceed;
    if (!isFirst && found.bytes + entry.view.length > bytesMax) break;
    entry.frame.retain();
    found.views.push(entry.view);
    found.frames.push(entry.frame);
    found.bytes += entry.view.length;
  }
  return found;
}

/** The same from disk. Every batch's CRC is checked: damage is refused with DamagedLogError, never served. */
export async function readDisk(
  log: PartitionLog,
  pool: FramePool,
  offset: number,
  endOffset: number,
  bytesMax: number,
  firstMayExceed: boolean,
): Promise<BatchViews> {
  const segment = segmentOf(log, offset);
  if (segment === null) return { views: [], frames: [], bytes: 0 };
  let position = log.readHints.positionOf(segment, offset) ?? segment.offsets.positionFor(offset);
  // Some bytes before the batch that is asked for may come along (the index has an entry for every 4 KiB, or
  // for every batch). They are part of the limit, so that the usual limit of 1 MiB takes a buffer of just that.
  const wanted = Math.max(bytesMax, readBytesMin);
  let chunk = await readChunk(segment, pool, position, Math.min(wanted, segment.size - position));
  let cut = cutBatches(chunk, offset, endOffset, bytesMax, firstMayExceed);
  if (cut.missingBytes > 0 && cut.missingBytes <= segment.size - position - cut.from) {
    chunk.release();
    position += cut.from;
    chunk = await readChunk(segment, pool, position, cut.missingBytes);
    cut = cutBatches(chunk, offset, endOffset, bytesMax, firstMayExceed);
  }
  if (cut.damagedAt !== null) {
    chunk.release();
    throw new DamagedLogError(
      `${log.dir}: bad batch at ${position + cut.damagedAt} of ${segment.baseOffset}`,
    );
  }
  if (cut.to > cut.from) {
    log.readHints.add(segment, cut.nextOffset, position + cut.to);
    return { views: [chunk.buffer.subarray(cut.from, cut.to)], frames: [chunk], bytes: cut.to - cut.from };
  }
  chunk.release();
  const next = log.segments[log.segments.indexOf(segment) + 1];
  if (next === undefined || !cut.atEnd || next.baseOffset >= endOffset)
    return { views: [], frames: [], bytes: 0 };
  return readDisk(log, pool, next.baseOffset, endOffset, bytesMax, firstMayExceed);
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
  from: number;
  to: number;
  /** Length of the batch that is asked for when the chunk, in which it begins at `from`, does not hold all of it. */
  missingBytes: number;
  /** The offset behind the last batch that is taken. */
  nextOffset: number;
  /** The chunk was walked to its end without meeting the offset. */
  atEnd: boolean;
  damagedAt: number | null;
}

function cutBatches(
  chunk: Frame,
  offset: number,
  endOffset: number,
  bytesMax: number,
  firstMayExceed: boolean,
): Cut {
  const bytes = chunk.buffer;
  const cut: Cut = { from: 0, to: 0, missingBytes: 0, nextOffset: 0, atEnd: false, damagedAt: null };
  let at = 0;
  while (chunk.length - at >= batchHeaderBytes) {
    const size = batchBytes(bytes, at);
    if (size < batchHeaderBytes || size > requestBytesMax)
      return { ...cut, damagedAt: cut.to > 0 ? null : at };
    if (batchLastOffset(bytes, at) >= endOffset) return cut;
    if (batchLastOffset(bytes, at) >= offset) {
      const isFirst = cut.to === 0;
      if (isFirst) cut.from = at;
      const taken = at + size - cut.from;
      if (taken > bytesMax && !(isFirst && firstMayExceed)) return cut;
      if (at + size > chunk.length) return isFirst ? { ...cut, missingBytes: size } : cut;
      if (!hasValidCrc(bytes, at)) return isFirst ? { ...cut, damagedAt: at } : cut;
      cut.to = at + size;
      cut.nextOffset = batchLastOffset(bytes, at) + 1;
    }
    at += size;
  }
  if (cut.to === 0) cut.atEnd = true;
  return cut;
}

/** The first batch whose records may include one at or after `timestamp`, below `endOffset`. */
export async function findBatchByTimestamp(
  log: PartitionLog,
  timestamp: number,
  endOffset: number,
): Promise<Buffer | null> {
  for (const segment of log.segments) {
    if (segment.maxTimestamp < timestamp || segment.baseOffset >= endOffset) continue;
    const from = segment.times.offsetBefore(timestamp);
    const position = segment.offsets.positionFor(from);
    const found = await scanForTimestamp(segment, position, timestamp, endOffset);
    if (found !== null) return found;
  }
  return null;
}

async function scanForTimestamp(
  segment: Segment,
  position: number,
  timestamp: number,
  endOffset: number,
): Promise<Buffer | null> {
  const found: { batch: Buffer | null } = { batch: null };
  await scanBatches(await segment.file(), position, segment.baseOffset, (bytes, at) => {
    if (batchBaseOffset(bytes, at) >= endOffset) return 'stop';
    if (maxTimestamp(bytes, at) < timestamp) return undefined;
    found.batch = Buffer.from(bytes.subarray(at, at + batchBytes(bytes, at)));
    return 'stop';
  });
  return found.batch;
}
