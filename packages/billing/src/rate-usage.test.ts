import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hourMs } from './period.ts';
import { costOf, findPrice, type Terms } from './price-book.ts';
import { priceBooks } from './price-books.ts';
import { nothingRated, type RatedHour, rateParts, rateStretch, rateUsage } from './rate-usage.ts';
import type { UsageHour, UsagePart } from './usage-hour.ts';

const [book] = priceBooks;
const terms: Terms = { book, discountBasisPoints: 750n };
const begin = Date.UTC(2026, 10);
const gibibyte = 1024n ** 3n;

const sum = (rows: readonly { readonly micros: bigint }[]) =>
  rows.reduce((all, { micros }) => all + micros, 0n);

const anyHour = fc.record({
  hourMs: fc.integer({ min: 0, max: 30 }).map((hour) => begin + hour * hourMs),
  clusterId: fc.constantFrom('lkc-1', 'lkc-2', 'lkc-3'),
  kind: fc.constantFrom('Basic', 'Standard', 'Dedicated'),
  region: fc.constantFrom('LOCAL.local', 'AWS.far'),
  meter: fc.constantFrom<UsageHour['meter'][]>(
    'bytes_in',
    'bytes_out',
    'stored_byte_seconds',
    'partition_seconds',
    'cluster_seconds',
    'unit_seconds',
  ),
  quantity: fc.bigInt({ min: 0n, max: 400n * gibibyte }),
});
const anyUsage = fc.array(anyHour, { maxLength: 120 });

it('asks for all hours together exactly what the month costs', () => {
  fc.assert(
    fc.property(anyUsage, (usage) => {
      const rated = rateUsage(terms, usage);
      const pools = Map.groupBy(
        rated.filter(({ meter }) => meter !== 'partition_seconds'),
        ({ kind, meter, region }) => `${kind} ${meter} ${region}`,
      );
      for (const rows of pools.values()) {
        const [first] = rows;
        const price = first && findPrice(book, first.kind, first.meter);
        const used = rows.reduce((all, { quantity }) => all + quantity, 0n);
        expect(sum(rows)).toBe(first && price ? costOf(terms, price, first.region, used) : 0n);
      }
      expect(rated.every(({ micros }) => micros >= 0n)).toBe(true);
    }),
  );
});

it('asks the same in whatever order usage comes', () => {
  const shuffled = anyUsage.chain((usage) =>
    fc.tuple(fc.constant(usage), fc.shuffledSubarray(usage, { minLength: usage.length })),
  );
  fc.assert(
    fc.property(shuffled, ([usage, other]) => {
      expect(rateUsage(terms, other)).toEqual(rateUsage(terms, usage));
    }),
  );
});

it('asks the same for a window that comes in pieces', () => {
  fc.assert(
    fc.property(anyUsage, fc.bigInt({ min: 1n, max: 7n }), (usage, pieces) => {
      const cut = usage.flatMap((row) => {
        const piece = { ...row, quantity: row.quantity / pieces };
        return [piece, { ...row, quantity: row.quantity - piece.quantity }];
      });
      expect(rateUsage(terms, cut)).toEqual(rateUsage(terms, usage));
    }),
  );
});

it('asks the same when a month is rated stretch by stretch', () => {
  fc.assert(
    fc.property(anyUsage, fc.array(fc.integer({ min: 0, max: 31 })), (usage, cuts) => {
      const ends = [...cuts, 31].toSorted((one, other) => one - other);
      let soFar = nothingRated;
      let from = 0;
      const rated: RatedHour[] = [];
      for (const to of ends) {
        const within = usage.filter(
          (row) => row.hourMs >= begin + from * hourMs && row.hourMs < begin + to * hourMs,
        );
        const { after, hours } = rateStretch(terms, soFar, within);
        rated.push(...hours);
        [soFar, from] = [after, to];
      }
      expect(rated).toEqual(rateUsage(terms, usage));
    }),
  );
});

it('changes nothing of what is past when later hours come', () => {
  fc.assert(
    fc.property(anyUsage, fc.integer({ min: 0, max: 30 }), (usage, hour) => {
      const until = begin + hour * hourMs;
      const known = usage.filter((row) => row.hourMs < until);
      expect(rateUsage(terms, known)).toEqual(rateUsage(terms, usage).filter((row) => row.hourMs < until));
    }),
  );
});

const anyPartedUsage = fc.array(
  fc.record({
    hour: anyHour,
    parts: fc.array(
      fc.record({
        principal: fc.constantFrom('', 'User:sa-1', 'User:sa-2'),
        key: fc.constantFrom('', 'K1', 'K2'),
        topic: fc.constantFrom('', 'orders', 'payments'),
        quantity: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      }),
      { maxLength: 5 },
    ),
    unknown: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  }),
  { maxLength: 30 },
);

it('asks for the parts of an hour exactly what the hour costs, and for each no more than its share', () => {
  fc.assert(
    fc.property(anyPartedUsage, (given) => {
      const parts: UsagePart[] = given.flatMap((each) =>
        each.parts.map((part) => ({ ...each.hour, ...part })),
      );
      const usage: UsageHour[] = [
        ...parts,
        ...given.map(({ hour, unknown }) => ({ ...hour, quantity: unknown })),
      ];
      const hours = rateUsage(terms, usage);
      const rated = rateParts(hours, parts);
      const key = (row: RatedHour) => `${row.hourMs} ${row.kind} ${row.region} ${row.meter} ${row.clusterId}`;
      const byHour = Map.groupBy(rated, key);
      for (const hour of hours) expect(sum(byHour.get(key(hour)) ?? [])).toBe(hour.micros);
      expect(sum(rated)).toBe(sum(hours));
    }),
  );
});

it('refuses parts that are more than their hour', () => {
  const hour = { hourMs: begin, clusterId: 'lkc-1', kind: 'Basic', region: '', meter: 'bytes_in' } as const;
  const rated = rateUsage(terms, [{ ...hour, quantity: 5n }]);
  const part = { ...hour, principal: 'User:sa-1', key: '', topic: 'orders', quantity: 6n };
  expect(() => rateParts(rated, [part])).toThrow(RangeError);
});

it('shares one allowance among the clusters of a kind, in the order of hours', () => {
  const list: Terms = { book, discountBasisPoints: 0n };
  const row = { kind: 'Basic', region: 'LOCAL.local', meter: 'bytes_in' } as const;
  const rated = rateUsage(list, [
    { ...row, hourMs: begin, clusterId: 'lkc-1', quantity: 3n * gibibyte },
    { ...row, hourMs: begin + hourMs, clusterId: 'lkc-1', quantity: 2n * gibibyte },
    { ...row, hourMs: begin + hourMs, clusterId: 'lkc-2', quantity: 2n * gibibyte },
    { ...row, hourMs: begin + 2 * hourMs, clusterId: 'lkc-2', quantity: gibibyte },
  ]);
  // The second hour pays for two of four GiB, each cluster for half of them.
  expect(rated.map(({ micros }) => micros)).toEqual([0n, 50_000n, 50_000n, 50_000n]);
});

it('asks for partitions only above those that each cluster has for the time it was there', () => {
  const list: Terms = { book, discountBasisPoints: 0n };
  const row = { hourMs: begin, kind: 'Basic', region: 'LOCAL.local', clusterId: 'lkc-1' } as const;
  const rate = (clusterSeconds: bigint, partitionSeconds: bigint) =>
    sum(
      rateUsage(list, [
        { ...row, meter: 'cluster_seconds', quantity: clusterSeconds },
        { ...row, meter: 'partition_seconds', quantity: partitionSeconds },
      ]),
    );
  expect(rate(3_600n, 50n * 3_600n)).toBe(0n);
  expect(rate(3_600n, 60n * 3_600n)).toBe(10n * 1_500n);
  expect(rate(1_800n, 60n * 1_800n)).toBe(5n * 1_500n);
});
