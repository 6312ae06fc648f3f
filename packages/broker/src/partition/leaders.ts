/** When each other broker of the cell last answered this one as a leader, whatever it had to say. */
export class Leaders {
  readonly #heard = new Map<number, number>();

  /** `nowMs` by the monotonic clock. */
  heard(brokerId: number, nowMs: number): void {
    this.#heard.set(brokerId, nowMs);
  }

  heardMs(brokerId: number): number {
    return this.#heard.get(brokerId) ?? Number.NEGATIVE_INFINITY;
  }
}
