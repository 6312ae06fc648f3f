import type { Random } from '../abuse/random.ts';

/** One kind of bytes that somebody may send, and what takes them. */
export interface Target {
  /** That `--only` takes. */
  readonly name: string;
  /** What is tried with what, for the help. */
  readonly does: string;
  /** Processor time that a case may take, milliseconds; null: others work in its stead, and are asked. */
  readonly cpuMsMax: number | null;
  /** Before the first case. */
  open?(): Promise<void>;
  /** What follows from the numbers alone. Resolves to what is wrong, or null; what it throws is wrong too. */
  attempt(random: Random): Promise<string | null> | string | null;
  /** What only shows after many cases; null: nothing is wrong. */
  look?(): Promise<string | null>;
  close?(): Promise<void>;
}
