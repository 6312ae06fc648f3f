/** A transaction that has ended, its marker perhaps not committed yet. */
interface Ended {
  readonly firstOffset: number;
  readonly markerOffset: number;
}

/**
 * Of a partition's transactions those that readers of committed records have to wait for: the open ones, and those
 * whose marker may yet be lost with its leader. Learnt from the batches in the log, so that followers know the same.
 */
export class OpenTransactions {
  /** First offsets by producer id, ascending, as they begin in the order of the log. */
  readonly #open = new Map<number, number>();
  /** In the order of their markers. */
  #ended: Ended[] = [];

  get openCount(): number {
    return this.#open.size;
  }

  /** Of the producer's open transaction; null: none is open. */
  firstOffsetOf(producerId: number): number | null {
    return this.#open.get(producerId) ?? null;
  }

  /** The producer has written to `offset` in a transaction. */
  begin(producerId: number, offset: number): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, offset);
  }

  /** The marker at `markerOffset` ends the producer's transaction; null where none is open. */
  end(producerId: number, markerOffset: number): { firstOffset: number; lastStableOffset: number } | null {
    const firstOffset = this.#open.get(producerId);
    if (firstOffset === undefined) return null;
    this.#open.delete(producerId);
    this.#ended.push({ firstOffset, markerOffset });
    return { firstOffset, lastStableOffset: this.#firstOpen ?? markerOffset + 1 };
  }

  /** Everything before it is committed. Says whether a transaction's end is, which was not before. */
  committed(highWatermark: number): boolean {
    const first = this.#ended[0];
    if (first === undefined || first.markerOffset >= highWatermark) return false;
    this.#ended = this.#ended.filter((ended) => ended.markerOffset >= highWatermark);
    return true;
  }

  /** Before it everything is decided; null: all is. */
  get firstUndecided(): number | null {
    let first = this.#firstOpen;
    for (const { firstOffset } of this.#ended) if (first === null || firstOffset < first) first = firstOffset;
    return first;
  }

  get #firstOpen(): number | null {
    return this.#open.values().next().value ?? null;
  }

  /** Takes over transactions that were open, by producer id. */
  restore(open: readonly (readonly [producerId: number, firstOffset: number])[]): void {
    for (const [producerId, firstOffset] of open.toSorted((one, other) => one[1] - other[1]))
      this.#open.set(producerId, firstOffset);
  }

  clear(): void {
    this.#open.clear();
    this.#ended = [];
  }
}
