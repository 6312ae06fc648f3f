import type { Transport } from '../deps.ts';

/** A connection whose other end is the test: what was written, and whether the engine reads. */
export class TestTransport implements Transport {
  readonly remoteAddress: string;
  readonly written: Buffer[] = [];
  isPaused = false;
  isEnded = false;
  isDestroyed = false;
  /** Whether the kernel takes what is written at once; else the test takes it. */
  takesAtOnce = true;
  readonly #notTaken: ((isTaken: boolean) => void)[] = [];
  #receive: (chunk: Buffer) => void = () => undefined;
  readonly #closed: (() => void)[] = [];

  constructor(remoteAddress = '192.0.2.1') {
    this.remoteAddress = remoteAddress;
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.#receive = receive;
  }

  onClose(closed: () => void): void {
    this.#closed.push(closed);
  }

  write(buffers: readonly Buffer[], done: (isTaken: boolean) => void): void {
    if (!this.isEnded) this.written.push(Buffer.concat(buffers));
    if (this.takesAtOnce) done(!this.isEnded);
    else this.#notTaken.push(done);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** The peer sends; the chunk is void once the engine has seen it. */
  receive(chunk: Buffer): void {
    const copy = Buffer.from(chunk);
    this.#receive(copy);
    copy.fill(0xdd);
  }

  takeAll(): void {
    for (const done of this.#notTaken.splice(0)) done(true);
  }

  /** The connection breaks before the kernel has taken it. */
  takeNone(): void {
    for (const done of this.#notTaken.splice(0)) done(false);
  }

  closeNow(): void {
    for (const closed of this.#closed.splice(0)) closed();
  }
}
