import { bytesInFlightPerBrokerMax } from '../limits.ts';

/** Bytes of unanswered requests over all connections; past the bound nobody is read from until some were answered. */
export class MemoryInFlight {
  #bytes = 0;
  readonly #waiting = new Set<() => void>();

  get isFull(): boolean {
    return this.#bytes >= bytesInFlightPerBrokerMax;
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
