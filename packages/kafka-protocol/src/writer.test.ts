import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

test('a frame opens with the size of what follows, foreign buffers included', () => {
  const writer = new Writer().startFrame();
  writer.int32(7);
  writer.records([Buffer.from('abc'), Buffer.from('de')]);
  writer.int8(1);
  const frame = Buffer.concat(writer.finish());
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  expect(frame.toString('hex')).toBe('0000000e00000007000000056162636465' + '01');
});

test('records are spliced, never copied', () => {
  const records = Buffer.from('records');
  const writer = new Writer().startFrame();
  writer.compactRecords(records);
  writer.int8(1);
  const chunks = writer.finish();
  expect(chunks).toHaveLength(3);
  expect(chunks[1]).toBe(records);
});

test('a small message is one buffer, carved from a slab that later messages do not touch', () => {
  const writer = new Writer();
  const kept: { readonly chunk: Buffer; readonly text: string }[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const text = `message ${index}`;
    writer.startFrame().string(text);
    const [chunk, ...more] = writer.finish();
    expect(more).toEqual([]);
    if (chunk !== undefined) kept.push({ chunk, text });
  }
  for (const { chunk, text } of kept) expect(new Reader(chunk, 4).string()).toBe(text);
});

test('an abandoned message leaves no trace', () => {
  const writer = new Writer();
  writer.startFrame().string('abandoned');
  writer.records(Buffer.from('abandoned'));
  writer.startFrame().int8(5);
  expect(Buffer.concat(writer.finish()).toString('hex')).toBe('0000000105');
});

test('messages of any size come out whole', () => {
  const writer = new Writer();
  for (const count of [1, 1_000, 10_000, 300_000]) {
    writer.startFrame();
    for (let index = 0; index < count; index += 1) writer.int32(index);
    const reader = new Reader(Buffer.concat(writer.finish()));
    expect(reader.int32()).toBe(count * 4);
    for (let index = 0; index < count; index += 1)
      if (reader.int32() !== index) throw new Error(`at ${index}`);
  }
});

test('strings of any script and length come back, compact or not', () => {
  const writer = new Writer();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      writer.startPlain().string(text);
      writer.compactString(text);
      writer.compactNullableString(text);
      const reader = new Reader(Buffer.concat(writer.finish()));
      expect([reader.string(), reader.compactString(), reader.compactNullableString()]).toEqual([
        text,
        text,
        text,
      ]);
      expect(reader.remaining).toBe(0);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('tagged fields of every length carry it in as few bytes as it takes', () => {
  const writer = new Writer();
  for (const length of [0, 1, 127, 128, 129, 16_383, 16_384, 20_000, 2_097_152]) {
    writer.startPlain();
    const outer = writer.beginTagged(3);
    const inner = writer.beginTagged(200);
    writer.raw(Buffer.alloc(length, 0xab));
    writer.endTagged(inner);
    writer.endTagged(outer);
    writer.int8(9);
    const reader = new Reader(Buffer.concat(writer.finish()));
    expect(reader.uvarint()).toBe(3);
    const outerEnd = reader.endOf(reader.uvarint());
    expect(reader.uvarint()).toBe(200);
    expect(reader.uvarint()).toBe(length);
    reader.skip(length);
    reader.expectAt(outerEnd);
    expect(reader.int8()).toBe(9);
    expect(reader.remaining).toBe(0);
  }
});

test('a value that its type cannot hold is refused, not cut', () => {
  const writer = new Writer().startPlain();
  expect(() => writer.int8(128)).toThrow();
  expect(() => writer.int16(-32_769)).toThrow();
  expect(() => writer.uint16(-1)).toThrow();
  expect(() => writer.uint16(65_536)).toThrow();
  expect(() => writer.int32(2 ** 31)).toThrow();
  expect(() => writer.int64(2 ** 53)).toThrow();
  expect(() => writer.int64(Number.NaN)).toThrow();
  expect(() => writer.string('x'.repeat(32_768))).toThrow();
  expect(() => writer.uuid('short')).toThrow();
});
