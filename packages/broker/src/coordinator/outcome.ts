/** One record of an internal partition; a null value is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/**
 * What a state machine decided about one event: the records to append, and the replies to release once
 * those records are committed. A reply may answer an earlier request that was left waiting.
 */
export interface Outcome {
  readonly records: readonly CoordinatorRecord[];
  readonly replies: readonly Reply[];
  /** What is to be begun outside of the machine, as replies are released; those of a machine that is dropped never are. */
  readonly effects?: readonly (() => void)[];
}

/** `token` is the runtime's handle of the waiting request, `response` the body it is answered with. */
export interface Reply {
  readonly token: number;
  readonly response: unknown;
}
