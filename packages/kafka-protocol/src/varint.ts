import { ProtocolError } from './protocol-error.ts';

/** The zig-zag varints of records (Protocol Buffers' sint32 and sint64), apart from the unsigned ones of messages. */
export class VarintReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  /** 32 bits, at most five bytes. */
  varint(): number {
    let raw = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new ProtocolError('INVALID_REQUEST', 'a varint is longer than 32 bits');
  }

  /** 64 bits, at most ten bytes; refuses what lies beyond ±2^53. */
  varlong(): number {
    let raw = 0;
    let scale = 1;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.byte();
      raw += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        // Zig-zag doubles the magnitude, so a safe result may need 54 bits, one more than a number is exact for.
        if (raw > Number.MAX_SAFE_INTEGER) break;
        return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
      }
      scale *= 128;
    }
    throw new ProtocolError('INVALID_REQUEST', 'a varlong lies beyond what a number holds');
  }

  /** A view; null for length −1. */
  nullableBytes(): Buffer | null {
    const length = this.varint();
    if (length === -1) return null;
    const end = this.endOf(length);
    const view = this.bytes.subarray(this.at, end);
    this.at = end;
    return view;
  }

  /** Goes on at a position that `endOf` gave. */
  seek(position: number): void {
    this.at = position;
  }

  skip(length: number): void {
    this.at = this.endOf(length);
  }

  endOf(length: number): number {
    if (length < 0 || length > this.remaining) {
      throw new ProtocolError('INVALID_REQUEST', `${length} bytes wanted, ${this.remaining} left`);
    }
    return this.at + length;
  }

  expectAt(position: number): void {
    if (this.at !== position)
      throw new ProtocolError('INVALID_REQUEST', 'a record is not as long as it says');
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new ProtocolError('INVALID_REQUEST', 'a varint is cut off');
    this.at += 1;
    return byte;
  }
}

/** Appends to memory of its own, doubling it as needed. */
export class VarintWriter {
  private bytes = Buffer.allocUnsafe(256);
  private at = 0;

  /** What was written so far, valid until the next write or clear. */
  view(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  clear(): void {
    this.at = 0;
  }

  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.at++] = value;
  }

  varint(value: number): void {
    this.unsigned(((value << 1) ^ (value >> 31)) >>> 0);
  }

  varlong(value: number): void {
    const raw = value >= 0 ? value * 2 : -value * 2 - 1;
    if (!Number.isSafeInteger(raw)) throw new RangeError(`${value} does not fit a varlong here`);
    this.unsigned(raw);
  }

  nullableBytes(value: Buffer | null): void {
    this.varint(value === null ? -1 : value.length);
    if (value !== null) this.raw(value);
  }

  raw(value: Buffer): void {
    this.ensure(value.length);
    value.copy(this.bytes, this.at);
    this.at += value.length;
  }

  private unsigned(value: number): void {
    this.ensure(10);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = rest;
  }

  private ensure(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const next = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + length));
    this.bytes.copy(next, 0, 0, this.at);
    this.bytes = next;
  }
}
