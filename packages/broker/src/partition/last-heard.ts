/** When each other broker of the cell was last heard of: as a follower that fetched here, or as a leader that answered. */
export class LastHeard {
  readonly #heard = new Map<number, number>();

  /** `nowMs` by the monotonic clock. */
  heard(brokerId: number, nowMs: number): void {
    this.#heard.set(brokerId, nowMs);
  }

  heardMs(brokerId: number): number {
    return this.#heard.get(brokerId) ?? Number.NEGATIVE_INFINITY;
  }
}
