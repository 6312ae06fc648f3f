import { expect, test } from 'vitest';
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
