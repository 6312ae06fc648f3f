import type { LogOptions } from './log-options.ts';
import type { Segment } from './segment.ts';

/**
 * Whether the first segment of a log of `logBytes` may go: its youngest record is older than retention.ms, or
 * what is left without it is still retention.bytes. A segment without records has nothing to remove.
 */
export function isPastRetention(
  segment: Segment,
  options: LogOptions,
  logBytes: number,
  nowMs: number,
): boolean {
  if (segment.size === 0) return false;
  const { retentionMs, retentionBytes } = options;
  const isOld = retentionMs >= 0 && segment.maxTimestamp >= 0 && nowMs - segment.maxTimestamp > retentionMs;
  return isOld || (retentionBytes >= 0 && logBytes - segment.size >= retentionBytes);
}
