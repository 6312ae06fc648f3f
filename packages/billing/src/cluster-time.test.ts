import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clusterTime, secondsBetween } from './cluster-time.ts';
import { hourMs, periodOf } from './period.ts';

const november = periodOf(Date.UTC(2026, 10));
const noon = Date.UTC(2026, 10, 10, 12);
const life = { clusterId: 'lkc-1', region: 'LOCAL.local' };
const sumOf = (rows: ReturnType<typeof clusterTime>, meter: string) =>
  rows.filter((row) => row.meter === meter).reduce((sum, { quantity }) => sum + quantity, 0n);

it('counts a cluster from when it was made to when it went, by the hour', () => {
  const terms = [
    { atMs: noon + 1_800_000, kind: 'Standard', units: 0 },
    { atMs: noon + 2 * hourMs + 60_000, kind: '', units: 0 },
  ];
  expect(
    clusterTime({ ...life, terms }, november, november.toMs).map(({ hourMs: at, quantity }) => [
      at,
      quantity,
    ]),
  ).toEqual([
    [noon, 1_800n],
    [noon + hourMs, 3_600n],
    [noon + 2 * hourMs, 60n],
  ]);
});

it('gives each kind and number of units its part of an hour in which they changed', () => {
  const terms = [
    { atMs: noon, kind: 'Dedicated', units: 2 },
    { atMs: noon + 600_500, kind: 'Dedicated', units: 5 },
    { atMs: noon + 1_200_000, kind: 'Standard', units: 0 },
    { atMs: noon + hourMs, kind: '', units: 0 },
  ];
  const rows = clusterTime({ ...life, terms }, november, november.toMs);
  expect(rows.map(({ kind, meter, quantity }) => [kind, meter, quantity])).toEqual([
    ['Dedicated', 'cluster_seconds', 600n],
    ['Dedicated', 'unit_seconds', 1_200n],
    ['Dedicated', 'cluster_seconds', 600n],
    ['Dedicated', 'unit_seconds', 3_000n],
    ['Standard', 'cluster_seconds', 2_400n],
  ]);
});

it('counts nothing that is not known yet, and nothing outside of the period', () => {
  const terms = [{ atMs: Date.UTC(2026, 8), kind: 'Standard', units: 0 }];
  const all = clusterTime({ ...life, terms }, november, november.toMs + hourMs);
  expect(sumOf(all, 'cluster_seconds')).toBe(30n * 86_400n);
  expect(sumOf(clusterTime({ ...life, terms }, november, november.fromMs + 90_000), 'cluster_seconds')).toBe(
    90n,
  );
  expect(clusterTime({ ...life, terms }, november, november.fromMs)).toEqual([]);
});

it('counts as many seconds in a time as in its parts, wherever it is cut', () => {
  const at = fc.integer({ min: november.fromMs, max: november.toMs });
  fc.assert(
    fc.property(at, at, at, (...given) => {
      const [a, b, c] = given.toSorted((one, other) => one - other) as [number, number, number];
      expect(secondsBetween(a, b) + secondsBetween(b, c)).toBe(secondsBetween(a, c));
      const whole = clusterTime({ ...life, terms: [term(a, 3), gone(c)] }, november, november.toMs);
      const cut = clusterTime({ ...life, terms: [term(a, 3), term(b, 3), gone(c)] }, november, november.toMs);
      for (const meter of ['cluster_seconds', 'unit_seconds'])
        expect(sumOf(cut, meter)).toBe(sumOf(whole, meter));
      expect(sumOf(whole, 'unit_seconds')).toBe(3n * secondsBetween(a, c));
    }),
  );
});

it('counts a leap day like any other', () => {
  const february = periodOf(Date.UTC(2028, 1));
  const rows = clusterTime({ ...life, terms: [term(Date.UTC(2027, 0), 1)] }, february, february.toMs);
  expect(sumOf(rows, 'unit_seconds')).toBe(29n * 86_400n);
});

const term = (atMs: number, units: number) => ({ atMs, kind: 'Dedicated', units });
const gone = (atMs: number) => ({ atMs, kind: '', units: 0 });
