import { batchBaseOffset, batchBytes, batchHeaderBytes } from '@weir/kafka-protocol/record-batch';
import type { DiskFile, Log } from '../deps.ts';
import { requestBytesMax } from '../limits.ts';
import { type OnBatch, scanBatches } from './batch-scan.ts';
import type { PartitionLog } from './partition-log.ts';
import { isMediumError } from './recovery.ts';
import type { Segment } from './segment.ts';

/**
 * Every good batch before `endOffset`, in order; the bytes are only there during the call. What is damaged is
 * told of in an error line and passed over: whoever rebuilds a state from the log gets all that can be read.
 */
export async function scanLog(
  log: PartitionLog,
  lines: Pick<Log, 'error'>,
  endOffset: number,
  onBatch: (bytes: Buffer, at: number) => void,
): Promise<void> {
  for (const [index, segment] of [...log.segments].entries()) {
    if (segment.baseOffset >= endOffset) return;
    const segmentEnd = Math.min(log.segments[index + 1]?.baseOffset ?? endOffset, endOffset);
    const damaged = (position: number, offset: number, cause?: unknown) => {
      const fields = { dir: log.dir, segment: segment.baseOffset, position, offset };
      lines.error('log.scan.damaged', fields, cause);
    };
    try {
      await scanSegment(segment, segmentEnd, onBatch, damaged);
    } catch (cause) {
      if (!isMediumError(cause)) throw cause;
      damaged(-1, segment.baseOffset, cause);
    }
  }
}

async function scanSegment(
  segment: Segment,
  endOffset: number,
  onBatch: (bytes: Buffer, at: number) => void,
  damaged: (position: number, offset: number) => void,
): Promise<void> {
  const file = await segment.file();
  let position = 0;
  let nextOffset = segment.baseOffset;
  let isFirst = true;
  while (nextOffset < endOffset) {
    const take: OnBatch = (bytes, at) => {
      // Behind damage the offsets go on from somewhere higher, never from before.
      const offset = batchBaseOffset(bytes, at);
      if (offset < nextOffset || offset >= endOffset) return 'stop';
      onBatch(bytes, at);
      return undefined;
    };
    const end = await scanBatches(file, position, isFirst ? nextOffset : null, take);
    isFirst = false;
    if (end.position > position) nextOffset = end.nextOffset;
    if (nextOffset >= endOffset) return;
    damaged(end.position, nextOffset);
    const behind = await behindDamage(file, end.position, segment.size);
    if (behind === null) return;
    position = behind;
  }
}

/** Where the batch behind the damaged one begins, if the damaged one's own length can be believed. */
async function behindDamage(file: DiskFile, position: number, size: number): Promise<number | null> {
  const header = Buffer.alloc(batchHeaderBytes);
  if ((await file.read(header, position)) < header.length) return null;
  const bytes = batchBytes(header, 0);
  if (bytes < batchHeaderBytes || bytes > requestBytesMax || position + bytes >= size) return null;
  return position + bytes;
}
