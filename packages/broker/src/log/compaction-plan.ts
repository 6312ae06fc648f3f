import type { Segment } from './segment.ts';

/** What a topic's configuration says of its compaction. Milliseconds. */
export interface CompactionRules {
  readonly lagMsMin: number;
  readonly lagMsMax: number;
  /** Of the bytes that could be compacted those that were not yet, from which on it is worth it. */
  readonly dirtyRatioMin: number;
  readonly deleteRetentionMs: number;
}

export interface CompactionPlan {
  /** Before it everything has been compacted. */
  readonly dirtyFrom: number;
  /** Nothing from there on is compacted now. */
  readonly endOffset: number;
  /** All from the log's beginning up to there, in order. */
  readonly segments: readonly Segment[];
}

export interface CompactionNow {
  readonly compactedTo: number;
  /** Everything before it is decided for good: committed, and of no transaction that is open. */
  readonly decidedEnd: number;
  readonly nowMs: number;
}

/**
 * What of a log is compacted now; null: nothing is due. Sealed segments only, of which all is decided and old enough, up
 * to the first that is damaged.
 */
export function planCompaction(
  segments: readonly Segment[],
  { dirtyRatioMin, lagMsMax, lagMsMin }: CompactionRules,
  { compactedTo, decidedEnd, nowMs }: CompactionNow,
): CompactionPlan | null {
  const chosen: Segment[] = [];
  let endOffset = 0;
  let cleanBytes = 0;
  let dirtyBytes = 0;
  let isOverdue = false;
  for (const [at, segment] of segments.entries()) {
    const next = segments[at + 1];
    const isYoung = lagMsMin > 0 && segment.maxTimestamp > nowMs - lagMsMin;
    if (next === undefined || next.baseOffset > decidedEnd || segment.isDamaged || isYoung) break;
    chosen.push(segment);
    endOffset = next.baseOffset;
    if (endOffset <= compactedTo) cleanBytes += segment.size;
    else {
      dirtyBytes += segment.size;
      isOverdue ||= nowMs - (segment.firstTimestamp ?? nowMs) > lagMsMax;
    }
  }
  if (dirtyBytes === 0) return null;
  const isWorthIt = dirtyBytes / (dirtyBytes + cleanBytes) > dirtyRatioMin;
  return isWorthIt || isOverdue ? { dirtyFrom: compactedTo, endOffset, segments: chosen } : null;
}
