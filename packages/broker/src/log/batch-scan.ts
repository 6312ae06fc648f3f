import {
  batchBaseOffset,
  batchBytes,
  batchHeaderBytes,
  batchLastOffset,
  hasValidCrc,
  magic,
  maxTimestamp,
  recordCount,
} from '@weir/kafka-protocol/record-batch';
import type { DiskFile } from '../deps.ts';
import { requestBytesMax } from '../limits.ts';

/** Called for each good batch; its bytes are only there during the call. `stop` ends the scan before this batch. */
export type OnBatch = (bytes: Buffer, at: number, position: number) => 'stop' | undefined;

const chunkBytes = 1024 * 1024;

/** Of a file: the position of the first byte, and the one behind the last. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the batches of `range`, checking length, magic, CRC and that offsets go on from `nextOffset`
 * without a gap (null: from wherever the first batch begins), as the CRC does not cover them. Returns the
 * position behind the last good one, and the offset behind it.
 */
export async function scanBatches(
  file: DiskFile,
  range: ByteRange,
  nextOffset: number | null,
  onBatch: OnBatch,
): Promise<End> {
  let place: Place = { position: range.from, nextOffset };
  let chunk = Buffer.allocUnsafe(Math.max(Math.min(chunkBytes, range.to - range.from), 0));
  while (place.position < range.to) {
    const wanted = Math.min(chunk.length, range.to - place.position);
    const filled = await file.read(chunk.subarray(0, wanted), place.position);
    const bytes = chunk.subarray(0, filled);
    const before = place.position;
    const walked = walkChunk(bytes, place, onBatch);
    place = walked.place;
    if (walked.stopped) break;
    if (place.position > before) continue;
    // Not one batch fits: it is longer than the chunk, or the end, or damage.
    const needed = filled < batchHeaderBytes ? 0 : batchBytes(bytes, 0);
    const isThere = needed <= range.to - place.position && needed <= requestBytesMax;
    if (filled < wanted || needed <= chunk.length || !isThere) break;
    chunk = Buffer.allocUnsafe(needed);
  }
  return endOf(place);
}

interface Place {
  readonly position: number;
  readonly nextOffset: number | null;
}

interface End {
  readonly position: number;
  readonly nextOffset: number;
}

function endOf({ position, nextOffset }: Place): End {
  return { position, nextOffset: nextOffset ?? 0 };
}

function walkChunk(bytes: Buffer, from: Place, onBatch: OnBatch): { place: Place; stopped: boolean } {
  let at = 0;
  let nextOffset = from.nextOffset;
  let stopped = false;
  while (
    isWholeBatch(bytes, at) &&
    batchBaseOffset(bytes, at) === (nextOffset ?? batchBaseOffset(bytes, at))
  ) {
    stopped = onBatch(bytes, at, from.position + at) === 'stop';
    if (stopped) break;
    nextOffset = batchLastOffset(bytes, at) + 1;
    at += batchBytes(bytes, at);
  }
  return { place: { position: from.position + at, nextOffset }, stopped };
}

/** Whether a batch with a good CRC lies wholly inside the bytes at `at`. */
export function isWholeBatch(bytes: Buffer, at: number): boolean {
  if (bytes.length - at < batchHeaderBytes) return false;
  const size = batchBytes(bytes, at);
  if (size < batchHeaderBytes || size > bytes.length - at) return false;
  return magic(bytes, at) === 2 && hasPossibleOffset(bytes, at) && hasValidCrc(bytes, at);
}

/** Whether the base offset, which no CRC covers, is one that a log can have: from 0 to 2⁵³. */
export function hasPossibleOffset(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) <= 0x1f_ffff;
}

/** What an index wants to know of the batch at `at`. */
export function placeOf(bytes: Buffer, at: number) {
  return {
    baseOffset: batchBaseOffset(bytes, at),
    lastOffset: batchLastOffset(bytes, at),
    // What compaction has emptied tells no time: there is no record of it.
    maxTimestamp: recordCount(bytes, at) === 0 ? -1 : maxTimestamp(bytes, at),
    length: batchBytes(bytes, at),
  };
}
