import { expect, it } from 'vitest';
import { JsonShape, jsonDepthMax, jsonEntriesMax } from './json-shape.ts';

/** In chunks of so many bytes, as they may come. */
const take = (text: string, chunkBytes = 65_536) => {
  const shape = new JsonShape();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) shape.take(bytes.subarray(at, at + chunkBytes));
};
const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
const listOf = (item: string, count: number) => `[${Array.from({ length: count }, () => item).join(',')}]`;

it('takes bodies as deep as anybody writes them, and none that is deeper than whatever reads them', () => {
  expect(() => take(nested(jsonDepthMax))).not.toThrow();
  for (const levels of [jsonDepthMax + 2, 5_000, 900_000]) {
    expect(() => take(nested(levels))).toThrow(/levels/);
  }
});

it('takes as many values as a body of ours has, and no flood of them, of whatever kind', () => {
  expect(() => take(listOf('0', jsonEntriesMax))).not.toThrow();
  for (const item of ['0', '"a"', '[]', '{}', 'null']) {
    expect(() => take(listOf(item, jsonEntriesMax + 1))).toThrow(/values/);
  }
  const keys = Array.from({ length: jsonEntriesMax + 1 }, (_, at) => `"${at}":0`).join(',');
  expect(() => take(`{${keys}}`)).toThrow(/values/);
});

it.each([1, 2, 3, 7])(
  'counts nothing that stands in a string, also when it comes in chunks of %d bytes',
  (bytes) => {
    const text = '[,{"'.repeat(200).replaceAll('"', '\\"');
    expect(() => take(`{"a":"${text}\\\\","b":"]"}`, bytes)).not.toThrow();
    expect(() => take(`{"a":"\\\\","b":${'['.repeat(jsonDepthMax)}`, bytes)).toThrow(/levels/);
  },
);
