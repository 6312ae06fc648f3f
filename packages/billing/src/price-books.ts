import type { ClusterKind } from '@weir/contracts/cluster-kinds';
import type { Period } from './period.ts';
import type { Price, PriceBook } from './price-book.ts';

const gibibyte = 1024n ** 3n;
const hourSeconds = 3_600n;

/** Micro-units: `0.05` of a dollar is `50_000n`. */
const flat = (micros: bigint) => [{ upTo: null, micros }];
const perGibibyte = { per: gibibyte, perText: 'GiB' };
const perGibibyteHour = { per: gibibyte * hourSeconds, perText: 'GiB-hour' };
const perPartitionHour = { per: hourSeconds, perText: 'partition-hour' };

interface Rates {
  readonly kind: ClusterKind;
  /** Of each direction and month, without paying. */
  readonly freeBytes: bigint;
  /** Past them, and once the month has seen `muchBytes`. */
  readonly gibibyte: bigint;
  readonly gibibyteOfMuch: bigint;
  readonly storedGibibyteHour: bigint;
  readonly includedPartitions: bigint;
  readonly partitionHour: bigint;
}

const muchBytes = 10_240n * gibibyte;

/** What is paid for by how much of it is used, whatever the kind. */
const ofUse = (rates: Rates): readonly Price[] => {
  const { freeBytes, kind } = rates;
  const tiers = [
    ...(freeBytes === 0n ? [] : [{ upTo: freeBytes, micros: 0n }]),
    { upTo: muchBytes, micros: rates.gibibyte },
    { upTo: null, micros: rates.gibibyteOfMuch },
  ];
  return [
    { kind, meter: 'bytes_in', ...perGibibyte, tiers },
    { kind, meter: 'bytes_out', ...perGibibyte, tiers },
    { kind, meter: 'stored_byte_seconds', ...perGibibyteHour, tiers: flat(rates.storedGibibyteHour) },
    {
      kind,
      meter: 'partition_seconds',
      ...perPartitionHour,
      includedPerCluster: rates.includedPartitions,
      tiers: flat(rates.partitionHour),
    },
  ];
};

const november2026: PriceBook = {
  version: '2026-11',
  fromMs: Date.UTC(2026, 10),
  currency: 'USD',
  regionBasisPoints: {},
  prices: [
    ...ofUse({
      kind: 'Basic',
      freeBytes: 5n * gibibyte,
      gibibyte: 50_000n,
      gibibyteOfMuch: 40_000n,
      storedGibibyteHour: 110n,
      includedPartitions: 50n,
      partitionHour: 1_500n,
    }),
    ...ofUse({
      kind: 'Standard',
      freeBytes: 0n,
      gibibyte: 40_000n,
      gibibyteOfMuch: 30_000n,
      storedGibibyteHour: 110n,
      includedPartitions: 500n,
      partitionHour: 1_500n,
    }),
    {
      kind: 'Standard',
      meter: 'cluster_seconds',
      per: hourSeconds,
      perText: 'hour',
      tiers: flat(350_000n),
    },
    // Partitions of brokers of its own cost nobody else anything.
    ...ofUse({
      kind: 'Dedicated',
      freeBytes: 0n,
      gibibyte: 20_000n,
      gibibyteOfMuch: 15_000n,
      storedGibibyteHour: 90n,
      includedPartitions: 0n,
      partitionHour: 0n,
    }).filter(({ meter }) => meter !== 'partition_seconds'),
    {
      kind: 'Dedicated',
      meter: 'unit_seconds',
      per: hourSeconds,
      perText: 'unit-hour',
      tiers: flat(1_400_000n),
    },
  ],
};

/** Oldest first. A book that a period may have begun with stays as it is for ever. */
export const priceBooks: readonly [PriceBook, ...PriceBook[]] = [november2026];

/** By which a period is rated: the newest that was in force when it began, or the first for what was before all of them. */
export const bookOf = ({ fromMs }: Pick<Period, 'fromMs'>): PriceBook =>
  priceBooks.findLast((book) => book.fromMs <= fromMs) ?? priceBooks[0];

/** Null: there is no such version. */
export const findBook = (version: string): PriceBook | null =>
  priceBooks.find((book) => book.version === version) ?? null;
