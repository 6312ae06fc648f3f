import { ProtocolError, TooManyElementsError } from './protocol-error.ts';
import { uuidBytes } from './uuid.ts';

const emptyBytes = Buffer.alloc(0);
/** Half of 2^53, by high word: beyond it a number no longer holds every int64. */
const highWordMax = 0x1f_ffff;
const highWordMin = -0x20_0000;
const twoTo32 = 0x1_0000_0000;

/**
 * Reads Kafka's primitive types from a Buffer, in place. Every method throws a ProtocolError
 * (INVALID_REQUEST) rather than read past `end` or allocate for bytes that are not there. What `bytes`
 * methods return are views of the same memory: copy what outlives the frame.
 */
export class Reader {
  buffer: Buffer;
  /** The position of the next byte. */
  offset: number;
  end: number;
  /**
   * How many more array elements and tagged fields may be read: an element of three bytes becomes an object
   * of a hundred, so bytes alone do not bound what a message costs. Decoders that trust their bytes leave it.
   */
  elementsLeft = Number.MAX_SAFE_INTEGER;

  constructor(buffer: Buffer, offset = 0, end = buffer.length) {
    this.buffer = buffer;
    this.offset = offset;
    this.end = end;
  }

  /** Points the same reader at other bytes, so that a connection needs only one. */
  reset(buffer: Buffer, offset = 0, end = buffer.length): this {
    this.buffer = buffer;
    this.offset = offset;
    this.end = end;
    return this;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  bool(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    const at = this.take(1);
    return ((this.buffer[at] ?? 0) << 24) >> 24;
  }

  int16(): number {
    const at = this.take(2);
    const bytes = this.buffer;
    return (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)) >> 16;
  }

  int32(): number {
    const at = this.take(4);
    const bytes = this.buffer;
    return (
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)
    );
  }

  uint16(): number {
    return this.int16() & 0xffff;
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.take(8));
  }

  /** An int64 as a number; refuses what lies beyond ±2^53. */
  int64(): number {
    const high = this.int32();
    const low = this.int32() >>> 0;
    if (high > highWordMax || high < highWordMin) throw beyondSafe();
    return high * twoTo32 + low;
  }

  /** An int64 whose field gives 2^63−1 the meaning "none": that value, and only that, is Infinity. */
  int64OrInfinity(): number {
    const high = this.int32();
    const low = this.int32() >>> 0;
    if (high === 0x7fff_ffff && low === 0xffff_ffff) return Number.POSITIVE_INFINITY;
    if (high > highWordMax || high < highWordMin) throw beyondSafe();
    return high * twoTo32 + low;
  }

  /** An unsigned 32-bit varint of at most five bytes (Protocol Buffers' base 128). */
  uvarint(): number {
    const first = this.buffer[this.take(1)] ?? 0;
    // Nearly all are lengths and tags below 128.
    return first < 0x80 ? first : this.longUvarint(first & 0x7f);
  }

  uuid(): string {
    const at = this.take(uuidBytes);
    return this.buffer.toString('base64url', at, at + uuidBytes);
  }

  string(): string {
    return this.text(this.present(this.int16()));
  }

  nullableString(): string | null {
    const length = this.int16();
    return length === -1 ? null : this.text(length);
  }

  compactString(): string {
    return this.text(this.present(this.uvarint() - 1));
  }

  compactNullableString(): string | null {
    const length = this.uvarint() - 1;
    return length === -1 ? null : this.text(length);
  }

  bytes(): Buffer {
    return this.view(this.present(this.int32()));
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length === -1 ? null : this.view(length);
  }

  compactBytes(): Buffer {
    return this.view(this.present(this.uvarint() - 1));
  }

  compactNullableBytes(): Buffer | null {
    const length = this.uvarint() - 1;
    return length === -1 ? null : this.view(length);
  }

  /** How many elements follow. `elementBytesMin` bounds the count by the bytes that remain. */
  arrayLength(elementBytesMin: number): number {
    return this.elements(this.present(this.int32()), elementBytesMin);
  }

  /** As arrayLength; −1 for a null array. */
  nullableArrayLength(elementBytesMin: number): number {
    const length = this.int32();
    return length === -1 ? -1 : this.elements(length, elementBytesMin);
  }

  compactArrayLength(elementBytesMin: number): number {
    return this.elements(this.present(this.uvarint() - 1), elementBytesMin);
  }

  compactNullableArrayLength(elementBytesMin: number): number {
    const length = this.uvarint() - 1;
    return length === -1 ? -1 : this.elements(length, elementBytesMin);
  }

  /** The position just after the next `length` bytes, which may be a tagged field's value. */
  endOf(length: number): number {
    if (length > this.end - this.offset) throw this.truncated(length);
    return this.offset + length;
  }

  /** Refuses a tagged field whose value was not exactly as long as it said. */
  expectAt(position: number): void {
    if (this.offset !== position) {
      throw new ProtocolError('INVALID_REQUEST', 'a tagged field is not as long as it says');
    }
  }

  skip(length: number): void {
    this.take(length);
  }

  /** How many tagged fields follow (KIP-482); each counts as an element. */
  taggedFieldCount(): number {
    return this.counted(this.uvarint());
  }

  private longUvarint(lowest: number): number {
    let value = lowest;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value >= twoTo32) break;
        return value;
      }
    }
    throw new ProtocolError('INVALID_REQUEST', 'a varint is longer than 32 bits');
  }

  private take(length: number): number {
    const at = this.offset;
    const next = at + length;
    if (next > this.end) throw this.truncated(length);
    this.offset = next;
    return at;
  }

  private present(length: number): number {
    if (length === -1) throw new ProtocolError('INVALID_REQUEST', 'null where the field cannot be null');
    return length;
  }

  private text(length: number): string {
    if (length < 0) throw negative(length);
    const at = this.take(length);
    return length === 0 ? '' : this.buffer.toString('utf8', at, at + length);
  }

  private view(length: number): Buffer {
    if (length < 0) throw negative(length);
    const at = this.take(length);
    return length === 0 ? emptyBytes : this.buffer.subarray(at, at + length);
  }

  private elements(length: number, elementBytesMin: number): number {
    if (length < 0) throw negative(length);
    if (length * elementBytesMin > this.end - this.offset) throw this.truncated(length * elementBytesMin);
    return this.counted(length);
  }

  private counted(elements: number): number {
    this.elementsLeft -= elements;
    if (this.elementsLeft < 0) throw new TooManyElementsError();
    return elements;
  }

  private truncated(wanted: number): ProtocolError {
    return new ProtocolError(
      'INVALID_REQUEST',
      `${wanted} bytes wanted at position ${this.offset}, ${this.end - this.offset} left`,
    );
  }
}

function negative(length: number): ProtocolError {
  return new ProtocolError('INVALID_REQUEST', `a length of ${length}`);
}

function beyondSafe(): ProtocolError {
  return new ProtocolError('INVALID_REQUEST', 'an int64 lies beyond ±2^53');
}
