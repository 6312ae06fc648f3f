/** When an event happens, by both of the broker's clocks. */
export interface Moment {
  /** Milliseconds since the epoch: what stands in records. May jump. */
  readonly wallMs: number;
  /** Milliseconds that never go back: what runs out is told by these. */
  readonly monotonicMs: number;
}
