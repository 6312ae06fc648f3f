import { expect, it } from 'vitest';
import { monthToCompare } from './use-costs.ts';

const at = (iso: string) => Date.parse(iso);

it.each([
  ['as far as this one has come', '2026-11-23T21:40:00Z', 0, '2026-10-01', '2026-10-23T21:00:00.000Z'],
  ['at most whole', '2026-03-31T12:00:00Z', 0, '2026-02-01', '2026-03-01T00:00:00.000Z'],
  ['an hour of it at least', '2026-11-01T00:10:00Z', 0, '2026-10-01', '2026-10-01T01:00:00.000Z'],
  ['whole where this one is over', '2026-11-23T21:40:00Z', 1, '2026-09-01', '2026-10-01T00:00:00.000Z'],
])('the month before is compared %s', (_, now, before, from, to) => {
  expect(monthToCompare(at(now), before)).toEqual({ from: `${from}T00:00:00.000Z`, to });
});
