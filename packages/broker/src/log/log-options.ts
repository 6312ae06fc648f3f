import type { Durability } from './log-writer.ts';

/** What a topic's configuration means to its logs. Bytes and milliseconds; -1: without bound. */
export interface LogOptions {
  readonly durability: Durability;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly retentionBytes: number;
  readonly retentionMs: number;
}
