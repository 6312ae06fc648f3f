import type { Frame } from '../memory/frame-pool.ts';

/**
 * Bytes ready for the socket. `frames` are released when they were sent; `close`: why the connection then ends.
 * `taken` is called once the kernel has all of them, and not where they were not sent.
 */
export interface Answer {
  readonly buffers: readonly Buffer[];
  readonly frames: readonly Frame[];
  readonly throttleMs: number;
  readonly close: string | null;
  readonly taken?: (() => void) | undefined;
}

/** When the next request of the connection may start. */
export type Ordered = 'now' | 'when-answered' | Promise<void>;

export type Started =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'pending'; readonly ordered: Ordered; readonly answer: Promise<Answer> };
