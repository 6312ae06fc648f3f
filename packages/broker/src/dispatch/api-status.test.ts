import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { advertisedApis } from './advertised.ts';

const page = readFileSync(join(import.meta.dirname, '../../API-STATUS.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| \d+ +\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, key, , , versions]) => ({ key: Number(key), versions }));

test('the page on the state of the APIs says of each key what the broker advertises', () => {
  const ours = new Map(advertisedApis.map((api) => [api.apiKey, `${api.minVersion}–${api.maxVersion}`]));
  expect(rows.length).toBeGreaterThan(70);
  expect(rows).toEqual(rows.map(({ key }) => ({ key, versions: ours.get(key) ?? '—' })));
  expect([...ours.keys()].filter((key) => !rows.some((row) => row.key === key))).toEqual([]);
});
