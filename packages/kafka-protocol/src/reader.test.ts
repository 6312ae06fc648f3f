import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolError, TooManyElementsError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

function reading(...bytes: number[]): Reader {
  return new Reader(Buffer.from(bytes));
}

function written(write: (writer: Writer) => void): Buffer {
  const writer = new Writer().startPlain();
  write(writer);
  return Buffer.concat(writer.finish());
}

test('int64 keeps every safe integer and refuses the next on either side', () => {
  for (const value of [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    expect(new Reader(written((writer) => writer.int64(value))).int64()).toBe(value);
  }
  const beyond = Buffer.alloc(8);
  for (const value of [2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    beyond.writeBigInt64BE(value);
    expect(() => new Reader(beyond).int64()).toThrow(ProtocolError);
  }
});

test('uint16 and float64 keep every value of theirs', () => {
  for (const value of [0, 1, 0x7fff, 0x8000, 0xffff])
    expect(new Reader(written((writer) => writer.uint16(value))).uint16()).toBe(value);
  for (const value of [0, -0, 0.1, -1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NaN])
    expect(new Reader(written((writer) => writer.float64(value))).float64()).toBe(value);
  expect(written((writer) => writer.float64(1.5)).toString('hex')).toBe('3ff8000000000000');
});

test('2^63−1 is Infinity only where the field gives it a meaning, and travels back', () => {
  const bytes = written((writer) => writer.int64OrInfinity(Number.POSITIVE_INFINITY));
  expect(bytes.toString('hex')).toBe('7fffffffffffffff');
  expect(new Reader(bytes).int64OrInfinity()).toBe(Number.POSITIVE_INFINITY);
  expect(() => reading(0x7f, 255, 255, 255, 255, 255, 255, 254).int64OrInfinity()).toThrow(ProtocolError);
});

test('uvarint takes 32 bits in at most five bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      expect(new Reader(written((writer) => writer.uvarint(value))).uvarint()).toBe(value);
    }),
    { seed: 1 },
  );
  expect(() => reading(0xff, 0xff, 0xff, 0xff, 0x1f).uvarint()).toThrow(ProtocolError);
  expect(() => reading(0x80, 0x80, 0x80, 0x80, 0x80, 0x00).uvarint()).toThrow(ProtocolError);
});

test('an array never promises more elements than its bytes can hold', () => {
  expect(() => reading(0x7f, 255, 255, 255, 0, 0).arrayLength(1)).toThrow(ProtocolError);
  expect(() => reading(0xff, 0xff, 0xff, 0xff, 0x0f, 0).compactArrayLength(1)).toThrow(ProtocolError);
  expect(reading(0, 0, 0, 2, 9, 9).arrayLength(1)).toBe(2);
  expect(() => reading(0, 0, 0, 2, 9, 9).arrayLength(2)).toThrow(ProtocolError);
});

test('null and negative lengths are refused where the field cannot be null', () => {
  expect(() => reading(255, 255).string()).toThrow(ProtocolError);
  expect(reading(255, 255).nullableString()).toBeNull();
  expect(() => reading(255, 254).nullableString()).toThrow(ProtocolError);
  expect(() => reading(255, 255, 255, 254).nullableBytes()).toThrow(ProtocolError);
  expect(() => reading(0).compactString()).toThrow(ProtocolError);
  expect(reading(0).compactNullableBytes()).toBeNull();
  expect(() => reading(255, 255, 255, 254).nullableArrayLength(1)).toThrow(ProtocolError);
});

test('bytes are a view of the frame, not a copy', () => {
  const frame = Buffer.from([0, 0, 0, 2, 1, 2]);
  const view = new Reader(frame).bytes();
  frame[4] = 9;
  expect(view).toEqual(Buffer.from([9, 2]));
});

test('counts elements and tagged fields against what it was told to take', () => {
  const reader = reading(0, 0, 0, 2, 9, 9, 3);
  reader.elementsLeft = 4;
  expect(reader.arrayLength(1)).toBe(2);
  reader.skip(2);
  expect(() => reader.taggedFieldCount()).toThrow(TooManyElementsError);
});
