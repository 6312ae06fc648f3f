import { expect, test } from 'vitest';
import { elementsPerSlice } from './element-slices.ts';
import { defineMessage } from './message.ts';
import { Reader } from './reader.ts';
import { array, bytes, int32, string, struct } from './schema.ts';
import { Writer } from './writer.ts';

const message = defineMessage({
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 1,
  fields: {
    name: string('0+', { nullable: '1+' }),
    extra: struct({ id: int32('1+', { default: -1 }), text: string('1+') }, '1+', { tag: 7 }),
    blobs: array({ blob: bytes('0+') }, '0+'),
  },
});

test('unknown tagged fields are skipped, known ones read whatever their order', () => {
  const tagged = [3, 9, 2, 0xaa, 0xbb, 7, 8, 0, 0, 0, 5, 3, 0x68, 0x69, 0, 200, 1, 0];
  const body = Buffer.from([2, 0x61, 1, ...tagged]);
  expect(message.decode(new Reader(body), 1)).toEqual({ name: 'a', extra: { id: 5, text: 'hi' }, blobs: [] });
});

test('a tagged field that lies about its length is refused', () => {
  expect(() =>
    message.decode(new Reader(Buffer.from([2, 0x61, 1, 1, 7, 9, 0, 0, 0, 5, 3, 0x68, 0x69, 0, 0])), 1),
  ).toThrow();
});

test('defaults may be left out, and a tagged field at its default is not written', () => {
  const writer = new Writer().startPlain();
  message.encode(writer, 1, { name: null, blobs: [], extra: { id: -1, text: '' } });
  expect(Buffer.concat(writer.finish()).toString('hex')).toBe('000100');
});

test('null where the version cannot carry it is refused by the encoder', () => {
  expect(() => message.encode(new Writer().startPlain(), 0, { name: null, blobs: [] })).toThrow(/name/);
});

test('a message of many elements is read and written in slices, to the same bytes and values', () => {
  const blobs = Array.from({ length: 3 * elementsPerSlice + 1 }, (_, index) => ({
    blob: Buffer.from([index & 0xff]),
  }));
  const value = { name: 'many', blobs, extra: { id: 3, text: 'hi' } };
  const whole = new Writer().startPlain();
  message.encode(whole, 1, value);
  const bytes = Buffer.concat(whole.finish());
  const sliced = new Writer().startPlain();
  expect([...message.encodeInSlices(sliced, 1, value)]).toHaveLength(3);
  expect(Buffer.concat(sliced.finish()).equals(bytes)).toBe(true);
  const decoding = message.decodeInSlices(new Reader(bytes), 1);
  for (let slices = 1; slices <= 3; slices += 1) expect(decoding.next().done).toBe(false);
  expect(decoding.next()).toEqual({ done: true, value: message.decode(new Reader(bytes), 1) });
});

test('a message of few elements is read and written in one slice', () => {
  const writer = new Writer().startPlain();
  const value = { name: 'few', blobs: [{ blob: Buffer.from([1]) }] };
  expect(message.encodeInSlices(writer, 0, value).next().done).toBe(true);
  const decoded = message.decodeInSlices(new Reader(Buffer.concat(writer.finish())), 0).next();
  expect(decoded).toMatchObject({ done: true, value });
});

test('malformed bytes are refused in slices as they are as a whole', () => {
  const decoding = message.decodeInSlices(new Reader(Buffer.from([0, 1])), 0);
  expect(() => decoding.next()).toThrow();
  expect(() => message.decodeInSlices(new Reader(Buffer.alloc(9)), 9)).toThrow(/version 9/);
});
