import type { AbortedTransaction } from './aborted-index.ts';

/**
 * What is derived from the log's batches and must stand again after a start. The log keeps its snapshots
 * and feeds it what it reads; what is in it is not the log's affair.
 */
export interface LogState {
  /** How long a snapshot would be now. */
  readonly snapshotBytes: number;
  /** Bytes that `load` takes, for the state as it is now. */
  snapshot(): Buffer;
  /** False, with nothing changed, when the bytes are not whole. */
  load(snapshot: Buffer): boolean;
  /** Of what a producer wrote last, the offset of its last record, for each that is known. */
  lastOffsets(): number[];
  /** Forgets everything. */
  clear(): void;
  /** Learns the batch whose header begins at `at`; returns the transaction that it aborts, if it does. */
  replay(bytes: Buffer, at: number): AbortedTransaction | null;
}
