import type { LogOptions } from './log-options.ts';
import type { Segment } from './segment.ts';

/**
 * Whether the first of a log's segments may go: its youngest record is older than retention.ms, or what is left without
 * it is still retention.bytes. One that tells no time, as compaction has left no record in it, is as old as the next
 * that does. A segment without bytes has nothing to remove.
 */
export function isPastRetention(segments: readonly Segment[], options: LogOptions, nowMs: number): boolean {
  const [first] = segments;
  if (first === undefined || first.size === 0) return false;
  const { retentionMs, retentionBytes } = options;
  const youngest = segments.find(({ maxTimestamp }) => maxTimestamp >= 0)?.maxTimestamp ?? -1;
  const isOld = retentionMs >= 0 && youngest >= 0 && nowMs - youngest > retentionMs;
  const leftBytes = segments.reduce((sum, { size }) => sum + size, -first.size);
  return isOld || (retentionBytes >= 0 && leftBytes >= retentionBytes);
}
