export interface LogEvents {
  /** Everything before `endOffset` is durable. */
  durable(endOffset: number): void;
  /** The disk refused; the log takes no more appends and must be opened anew. */
  failed(cause: unknown): void;
}
