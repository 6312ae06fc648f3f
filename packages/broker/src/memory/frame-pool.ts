/**
 * One request's bytes, in a buffer of the pool. Whoever keeps a view of it holds a reference; with the
 * last one the buffer goes back and its views are void.
 */
export class Frame {
  /** Longer than the frame: read up to `length`. */
  readonly buffer: Buffer;
  length = 0;
  #references = 1;
  readonly #pool: FramePool;

  constructor(buffer: Buffer, pool: FramePool) {
    this.buffer = buffer;
    this.#pool = pool;
  }

  retain(): void {
    this.#references += 1;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references === 0) this.#pool.giveBack(this);
    if (this.#references < 0) throw new Error('a frame was released more often than it was retained');
  }

  /** Called by the pool when it hands the frame out again. */
  reuse(): void {
    this.#references = 1;
    this.length = 0;
  }
}

const smallestClassBits = 9; // 512 bytes
const largestClassBits = 27; // 128 MiB: above the largest frame

/**
 * Buffers in powers of two. A fresh allocation a frame costs more in page faults than all else that a
 * produce request does, so buffers go round.
 */
export class FramePool {
  readonly #free: Frame[][] = Array.from({ length: largestClassBits + 1 }, () => []);
  readonly #bytesMax: number;
  readonly #fillReturned: boolean;
  #bytesFree = 0;
  #bytesTaken = 0;

  /** `fillReturned`: overwrite what comes back, so that a stale view shows; for tests. */
  constructor(bytesMax: number, fillReturned = false) {
    this.#bytesMax = bytesMax;
    this.#fillReturned = fillReturned;
  }

  get bytesFree(): number {
    return this.#bytesFree;
  }

  /** Of buffers that were handed out and have not come back. */
  get bytesTaken(): number {
    return this.#bytesTaken;
  }

  /** A frame with room for `length` bytes, of unknown contents, held once. */
  take(length: number): Frame {
    const bits = classOf(length);
    this.#bytesTaken += 2 ** bits;
    const frame = this.#free[bits]?.pop();
    if (frame === undefined) {
      const fresh = new Frame(Buffer.allocUnsafeSlow(2 ** bits), this);
      fresh.length = length;
      return fresh;
    }
    this.#bytesFree -= frame.buffer.length;
    frame.reuse();
    frame.length = length;
    return frame;
  }

  giveBack(frame: Frame): void {
    this.#bytesTaken -= frame.buffer.length;
    if (this.#fillReturned) frame.buffer.fill(0xdb);
    const bits = classOf(frame.buffer.length);
    if (!this.#makeRoom(frame.buffer.length, bits)) return;
    this.#bytesFree += frame.buffer.length;
    this.#free[bits]?.push(frame);
  }

  /** Lets go of free buffers of other sizes: what comes back now is what is in use now. */
  #makeRoom(length: number, bits: number): boolean {
    for (let other = largestClassBits; this.#bytesFree + length > this.#bytesMax; ) {
      const dropped = other === bits ? undefined : this.#free[other]?.pop();
      if (dropped !== undefined) this.#bytesFree -= dropped.buffer.length;
      else if (other === smallestClassBits) return false;
      else other -= 1;
    }
    return true;
  }
}

function classOf(length: number): number {
  const bits = 32 - Math.clz32(Math.max(length, 1) - 1);
  return Math.max(bits, smallestClassBits);
}
