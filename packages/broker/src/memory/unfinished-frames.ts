/**
 * Bytes of frames of which a part has come, of one cluster or of all. They wait for their senders, so
 * stopping everybody at the bound would stop them for good: past it one sender at a time may go on, until
 * its frame is whole or given up. What is held is bounded by `bytesMax` and one frame.
 */
export class UnfinishedFrames {
  readonly #bytesMax: number;
  #bytes = 0;
  #finisher: object | null = null;
  readonly #waiting = new Map<object, () => void>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** More of a sender's frame has come (or less is held, when negative). */
  change(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Whether the sender may be read from; if not, `resume` is called when it is worth asking again. */
  mayGoOn(sender: object, resume: () => void): boolean {
    if (this.#bytes < this.#bytesMax) return true;
    this.#finisher ??= sender;
    if (this.#finisher === sender) return true;
    this.#waiting.set(sender, resume);
    return false;
  }

  /** The sender's frame is whole, or its connection has ended. */
  finished(sender: object): void {
    this.#waiting.delete(sender);
    if (this.#finisher === sender) this.#finisher = null;
    const isFull = this.#bytes >= this.#bytesMax;
    if (isFull && this.#finisher !== null) return;
    const waiting = [...this.#waiting];
    for (const [waiter, resume] of isFull ? waiting.slice(0, 1) : waiting) {
      this.#waiting.delete(waiter);
      resume();
    }
  }
}
