/**
 * Bytes of requests that are whole and not yet answered, of one cluster or of all. Past the bound nobody
 * among them is read from until some were answered, which they will be: nothing that is missing comes from outside.
 */
export class MemoryInFlight {
  readonly #bytesMax: number;
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    const wasFull = this.isFull;
    this.#bytes -= bytes;
    if (!wasFull || this.isFull) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Calls back once when there is room again. */
  whenRoom(resume: () => void): void {
    this.#waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume);
  }
}
