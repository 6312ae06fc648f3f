import { requestBytesMax } from '../limits.ts';
import type { Frame, FramePool } from './frame-pool.ts';

/** What the peer's bytes amount to: whole frames so far, or the reason to close the connection. */
export type FrameRefusal =
  | { readonly kind: 'too-large'; readonly size: number; readonly bytesMax: number }
  | { readonly kind: 'negative' };

/** The size, and the API key that a request's header begins with. */
const headerBytes = 6;
const sizeBytes = 4;
const noApi = -1;

/** What is taken for a frame whose bytes have still to come; most are smaller, and are copied once. */
const firstBytes = 256 * 1024;
const growth = 4;

/**
 * Cuts a byte stream into frames: `size: int32` and that many bytes. Bytes are copied from the socket's
 * chunk to the frame's buffer, which is taken only when its size is known and allowed for the API that
 * is asked. The buffer of a large frame grows with the bytes that have come: who announces many and sends
 * few costs few, for the buffer and for the collections that V8 does because of it.
 */
export class FrameAssembler {
  readonly #pool: FramePool;
  readonly #onFrame: (frame: Frame) => void;
  readonly #header = Buffer.alloc(headerBytes);
  #headerBytes = 0;
  #frame: Frame | null = null;
  /** Bytes of the frame, of which its buffer may hold only the first so far. */
  #size = 0;
  #filled = 0;
  #isClosed = false;
  #framesLeft = 0;
  /** Of the last chunk, what was not cut because enough frames came of what is before it; a view of the chunk. */
  uncut: Buffer | null = null;
  /** Bytes that a frame may have which begins with that API key. */
  bytesMaxOf: (apiKey: number) => number;

  constructor(pool: FramePool, bytesMaxOf: (apiKey: number) => number, onFrame: (frame: Frame) => void) {
    this.#pool = pool;
    this.bytesMaxOf = bytesMaxOf;
    this.#onFrame = onFrame;
  }

  /** Takes the chunk; frames are handed out as they fill up, until they are enough or whoever takes one closes this. */
  push(chunk: Buffer, framesMax = Number.POSITIVE_INFINITY): FrameRefusal | null {
    let at = 0;
    this.#framesLeft = framesMax;
    this.uncut = null;
    while (at < chunk.length && !this.#isClosed) {
      if (this.#framesLeft <= 0) {
        this.uncut = chunk.subarray(at);
        return null;
      }
      if (this.#frame === null) {
        const isWhole = this.#headerBytes === 0 && chunk.length - at >= headerBytes;
        const refusal = isWhole ? this.#begin(chunk, at) : null;
        if (refusal !== null) return refusal;
        if (isWhole) {
          at += sizeBytes;
        } else {
          at = this.#gatherHeader(chunk, at);
          if (this.#headerBytes < this.#headerWanted()) return null;
          const late = this.#begin(this.#header, 0);
          if (late !== null) return late;
          this.#fill(this.#header.subarray(0, this.#headerBytes), sizeBytes);
          this.#headerBytes = 0;
        }
      }
      at = this.#fill(chunk, at);
    }
    return null;
  }

  /** Bytes that have come of a frame that is not whole yet. */
  get unfinishedBytes(): number {
    return this.#frame === null ? 0 : this.#filled;
  }

  /** Gives back what was begun; nothing of what is pushed after it, or is being pushed, becomes a frame. */
  close(): void {
    this.#isClosed = true;
    this.#frame?.release();
    this.#frame = null;
  }

  #gatherHeader(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.#headerBytes < this.#headerWanted()) {
      this.#header[this.#headerBytes] = chunk[at] ?? 0;
      this.#headerBytes += 1;
      at += 1;
    }
    return at;
  }

  /** A frame too short for an API key, or of a size that cannot be, is begun, or refused, without one. */
  #headerWanted(): number {
    if (this.#headerBytes < sizeBytes) return sizeBytes;
    const size = this.#header.readInt32BE(0);
    return size < headerBytes - sizeBytes || size > requestBytesMax ? sizeBytes : headerBytes;
  }

  #begin(bytes: Buffer, at: number): FrameRefusal | null {
    const size = bytes.readInt32BE(at);
    if (size < 0) return { kind: 'negative' };
    const hasKey = size >= headerBytes - sizeBytes && size <= requestBytesMax;
    const bytesMax = this.bytesMaxOf(hasKey ? bytes.readInt16BE(at + sizeBytes) : noApi);
    if (size > bytesMax) return { kind: 'too-large', size, bytesMax };
    this.#size = size;
    this.#filled = 0;
    this.#frame = this.#pool.take(Math.min(size, firstBytes));
    if (size === 0) this.#finish(this.#frame);
    return null;
  }

  #fill(chunk: Buffer, from: number): number {
    let at = from;
    while (this.#frame !== null && at < chunk.length) {
      const frame = this.#filled < this.#frame.length ? this.#frame : this.#grow(this.#frame);
      const taken = chunk.copy(frame.buffer, this.#filled, at, at + frame.length - this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === this.#size) this.#finish(frame);
    }
    return at;
  }

  #grow(frame: Frame): Frame {
    const larger = this.#pool.take(Math.min(this.#size, frame.length * growth));
    frame.buffer.copy(larger.buffer, 0, 0, this.#filled);
    frame.release();
    this.#frame = larger;
    return larger;
  }

  #finish(frame: Frame): void {
    this.#frame = null;
    this.#framesLeft -= 1;
    this.#onFrame(frame);
  }
}
