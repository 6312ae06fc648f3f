import { ProtocolError } from './protocol-error.ts';
import { uuidBytes, uuidCharacters } from './uuid.ts';

/** Small messages are carved one after the other from slabs of this many bytes. */
const slabBytes = 16 * 1024;
const frameSizeBytes = 4;
/** Up to this many characters a loop over ASCII is quicker than the call into the runtime. */
const shortText = 48;
const twoTo32 = 0x1_0000_0000;

/** What a `records` field is written from: spliced into the message as it is, never copied. */
export type RecordsSource = Buffer | readonly Buffer[];

/**
 * Builds one message at a time as a list of buffers for one vectored write. Its own bytes lie together
 * and move as a whole when they outgrow their slab; foreign buffers (`records`) stand between them.
 * The buffers that `finish` returns are the caller's for good: a slab is only ever carved forward.
 */
export class Writer {
  private slab: Buffer = Buffer.allocUnsafeSlow(slabBytes);
  /** Where the piece that is being written began, and its next byte. */
  private start = 0;
  private at = 0;
  private chunks: Buffer[] = [];
  private chunkBytes = 0;
  private framed = false;

  /** Begins a message that opens with its own size (the four bytes before every request and response). */
  startFrame(): this {
    this.startPlain();
    this.framed = true;
    this.ensure(frameSizeBytes);
    this.at += frameSizeBytes;
    return this;
  }

  /** Begins a message without a frame. Either start drops what an encoder that threw left behind. */
  startPlain(): this {
    this.at = this.start;
    this.chunks = [];
    this.chunkBytes = 0;
    this.framed = false;
    return this;
  }

  /** Bytes written so far, the frame's own four included. */
  get length(): number {
    return this.chunkBytes + this.at - this.start;
  }

  /** The message, in order, ready for writev. */
  finish(): Buffer[] {
    this.closePiece();
    const chunks = this.chunks;
    if (this.framed) chunks[0]?.writeInt32BE(this.chunkBytes - frameSizeBytes, 0);
    this.chunks = [];
    this.chunkBytes = 0;
    this.framed = false;
    // A message past the slab's size had memory of its own; carving on in it would keep all of it alive.
    if (this.slab.length > slabBytes || slabBytes - this.at < 64) {
      this.slab = Buffer.allocUnsafeSlow(slabBytes);
      this.start = 0;
      this.at = 0;
    }
    return chunks;
  }

  bool(value: boolean): void {
    this.ensure(1);
    this.slab[this.at++] = value ? 1 : 0;
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange('int8', value);
    this.ensure(1);
    this.slab[this.at++] = value;
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange('int16', value);
    this.ensure(2);
    const { slab, at } = this;
    slab[at] = value >>> 8;
    slab[at + 1] = value;
    this.at = at + 2;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange('int32', value);
    this.ensure(4);
    this.word(value);
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw outOfRange('int64', value);
    this.ensure(8);
    const high = Math.floor(value / twoTo32);
    this.word(high);
    this.word(value - high * twoTo32);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange('uint16', value);
    this.int16((value << 16) >> 16);
  }

  float64(value: number): void {
    this.ensure(8);
    this.slab.writeDoubleBE(value, this.at);
    this.at += 8;
  }

  /** Infinity goes out as 2^63−1; see Reader.int64OrInfinity. */
  int64OrInfinity(value: number): void {
    if (value !== Number.POSITIVE_INFINITY) {
      this.int64(value);
      return;
    }
    this.ensure(8);
    this.word(0x7fff_ffff);
    this.word(-1);
  }

  uvarint(value: number): void {
    this.ensure(5);
    let rest = value;
    while (rest > 0x7f) {
      this.slab[this.at++] = (rest & 0x7f) | 0x80;
      rest = rest >= 0x8000_0000 ? Math.floor(rest / 128) : rest >>> 7;
    }
    this.slab[this.at++] = rest;
  }

  uuid(value: string): void {
    this.ensure(uuidBytes);
    if (
      value.length !== uuidCharacters ||
      this.slab.write(value, this.at, uuidBytes, 'base64url') !== uuidBytes
    ) {
      throw new ProtocolError('UNKNOWN_SERVER_ERROR', 'a uuid is 22 characters of base64url');
    }
    this.at += uuidBytes;
  }

  string(value: string): void {
    const lengthAt = this.at - this.start;
    this.ensure(2 + value.length);
    this.at += 2;
    const length = this.text(value);
    if (length > 0x7fff) throw outOfRange('string length', length);
    this.slab.writeInt16BE(length, this.start + lengthAt);
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    // Below 42 characters even the longest encoding leaves a length (plus one) of one byte.
    if (value.length < 42) {
      const lengthAt = this.at - this.start;
      this.ensure(1 + value.length);
      this.at += 1;
      const length = this.text(value);
      this.slab[this.start + lengthAt] = length + 1;
    } else {
      this.uvarint(Buffer.byteLength(value) + 1);
      this.text(value);
    }
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0);
    else this.compactString(value);
  }

  bytes(value: Buffer): void {
    this.int32(value.length);
    this.raw(value);
  }

  nullableBytes(value: Buffer | null): void {
    if (value === null) this.int32(-1);
    else this.bytes(value);
  }

  compactBytes(value: Buffer): void {
    this.uvarint(value.length + 1);
    this.raw(value);
  }

  compactNullableBytes(value: Buffer | null): void {
    if (value === null) this.uvarint(0);
    else this.compactBytes(value);
  }

  records(value: RecordsSource): void {
    this.int32(byteLength(value));
    this.splice(value);
  }

  nullableRecords(value: RecordsSource | null): void {
    if (value === null) this.int32(-1);
    else this.records(value);
  }

  compactRecords(value: RecordsSource): void {
    this.uvarint(byteLength(value) + 1);
    this.splice(value);
  }

  compactNullableRecords(value: RecordsSource | null): void {
    if (value === null) this.uvarint(0);
    else this.compactRecords(value);
  }

  /** Writes a tag and room for its value's length; returns what endTagged needs. */
  beginTagged(tag: number): number {
    this.uvarint(tag);
    this.ensure(1);
    this.at += 1;
    return this.at - this.start;
  }

  /** Fills in the length, moving the value when its length needs more than the one byte reserved. */
  endTagged(mark: number): void {
    const length = this.at - this.start - mark;
    let lengthBytes = 1;
    while (length >= 2 ** (7 * lengthBytes)) lengthBytes += 1;
    if (lengthBytes > 1) {
      this.ensure(lengthBytes - 1);
      const from = this.start + mark;
      this.slab.copyWithin(from + lengthBytes - 1, from, this.at);
    }
    const end = this.start + mark + length + lengthBytes - 1;
    this.at = this.start + mark - 1;
    this.uvarint(length);
    this.at = end;
  }

  /** Bytes without a length before them. */
  raw(value: Buffer): void {
    this.ensure(value.length);
    this.slab.set(value, this.at);
    this.at += value.length;
  }

  private splice(value: RecordsSource): void {
    if (Buffer.isBuffer(value)) {
      if (value.length === 0) return;
      this.closePiece();
      this.adopt(value);
      return;
    }
    this.closePiece();
    for (const part of value) if (part.length > 0) this.adopt(part);
  }

  private adopt(part: Buffer): void {
    this.chunks.push(part);
    this.chunkBytes += part.length;
  }

  private closePiece(): void {
    if (this.at === this.start) return;
    this.adopt(this.slab.subarray(this.start, this.at));
    this.start = this.at;
  }

  /** Writes UTF-8 without a length; returns how many bytes it took. Room for `length` bytes is there. */
  private text(value: string): number {
    const { length } = value;
    this.ensure(length);
    if (length <= shortText) {
      const { slab, at } = this;
      let index = 0;
      for (; index < length; index += 1) {
        const unit = value.charCodeAt(index);
        if (unit > 0x7f) break;
        slab[at + index] = unit;
      }
      if (index === length) {
        this.at = at + length;
        return length;
      }
    }
    this.ensure(length * 3);
    const written = this.slab.write(value, this.at, 'utf8');
    this.at += written;
    return written;
  }

  private word(value: number): void {
    const { slab, at } = this;
    slab[at] = value >>> 24;
    slab[at + 1] = value >>> 16;
    slab[at + 2] = value >>> 8;
    slab[at + 3] = value;
    this.at = at + 4;
  }

  private ensure(length: number): void {
    if (this.at + length > this.slab.length) this.grow(length);
  }

  /** Moves the piece in hand to the start of fresh memory: a new slab, or twice its need when large. */
  private grow(length: number): void {
    const piece = this.at - this.start;
    const needed = piece + length;
    const next = Buffer.allocUnsafeSlow(needed <= slabBytes ? slabBytes : needed * 2);
    next.set(this.slab.subarray(this.start, this.at), 0);
    this.slab = next;
    this.start = 0;
    this.at = piece;
  }
}

function byteLength(value: RecordsSource): number {
  if (Buffer.isBuffer(value)) return value.length;
  let total = 0;
  for (const part of value) total += part.length;
  return total;
}

function outOfRange(type: string, value: number): ProtocolError {
  return new ProtocolError('UNKNOWN_SERVER_ERROR', `${value} is no ${type}`);
}
