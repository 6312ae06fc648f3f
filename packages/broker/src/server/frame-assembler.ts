import type { Frame, FramePool } from '../memory/frame-pool.ts';

/** What the peer's bytes amount to: whole frames so far, or the reason to close the connection. */
export type FrameRefusal =
  | { readonly kind: 'too-large'; readonly size: number }
  | { readonly kind: 'negative' };

/**
 * Cuts a byte stream into frames: `size: int32` and that many bytes. Bytes are copied once, from the
 * socket's chunk to the frame's buffer, which is taken only when its size is known and allowed.
 */
export class FrameAssembler {
  readonly #pool: FramePool;
  readonly #onFrame: (frame: Frame) => void;
  readonly #header = Buffer.alloc(4);
  #headerBytes = 0;
  #frame: Frame | null = null;
  #filled = 0;
  bytesMax: number;

  constructor(pool: FramePool, bytesMax: number, onFrame: (frame: Frame) => void) {
    this.#pool = pool;
    this.bytesMax = bytesMax;
    this.#onFrame = onFrame;
  }

  /** Takes the chunk; frames are handed out as they fill up. */
  push(chunk: Buffer): FrameRefusal | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === null) {
        const headerMissing = 4 - this.#headerBytes;
        const size = headerMissing === 4 && chunk.length - at >= 4 ? chunk.readInt32BE(at) : null;
        if (size === null) {
          const taken = chunk.copy(this.#header, this.#headerBytes, at, at + headerMissing);
          this.#headerBytes += taken;
          at += taken;
          if (this.#headerBytes < 4) return null;
        } else {
          at += 4;
        }
        const refusal = this.#begin(size ?? this.#header.readInt32BE(0));
        if (refusal !== null) return refusal;
      }
      at = this.#fill(chunk, at);
    }
    return null;
  }

  /** Bytes that have come of a frame that is not whole yet. */
  get unfinishedBytes(): number {
    return this.#frame === null ? 0 : this.#filled;
  }

  /** Gives back what was begun; nothing may be pushed after it. */
  close(): void {
    this.#frame?.release();
    this.#frame = null;
  }

  #begin(size: number): FrameRefusal | null {
    if (size < 0) return { kind: 'negative' };
    if (size > this.bytesMax) return { kind: 'too-large', size };
    this.#headerBytes = 0;
    this.#filled = 0;
    this.#frame = this.#pool.take(size);
    if (size === 0) this.#finish(this.#frame);
    return null;
  }

  #fill(chunk: Buffer, at: number): number {
    const frame = this.#frame;
    if (frame === null) return at;
    const taken = chunk.copy(frame.buffer, this.#filled, at, at + frame.length - this.#filled);
    this.#filled += taken;
    if (this.#filled === frame.length) this.#finish(frame);
    return at + taken;
  }

  #finish(frame: Frame): void {
    this.#frame = null;
    this.#onFrame(frame);
  }
}
