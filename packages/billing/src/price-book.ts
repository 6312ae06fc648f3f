import type { PricedMeter } from '@weir/contracts/billing';
import type { ClusterKind } from '@weir/contracts/cluster-kinds';

/** So much costs so much, up to a quantity that all clusters of a kind in a region use together in a month. */
export interface Tier {
  /** Exclusive, in the meter's unit, from the beginning of the month; null: whatever comes after. */
  readonly upTo: bigint | null;
  /** Micro-units for each `per` of the price. A first tier of 0 is the month's free allowance. */
  readonly micros: bigint;
}

export interface Price {
  readonly kind: ClusterKind;
  readonly meter: PricedMeter;
  /** How many of the meter's unit the tiers' amounts are for: a GiB, an hour in seconds. */
  readonly per: bigint;
  /** How people call that much. */
  readonly perText: string;
  /** Of partitions: how many each cluster has without paying for them. */
  readonly includedPerCluster?: bigint;
  readonly tiers: readonly Tier[];
}

/** All prices that are in force together. One that a period began with is never changed: another follows it. */
export interface PriceBook {
  readonly version: string;
  /** Periods that begin then or later are rated by it. */
  readonly fromMs: number;
  readonly currency: 'USD';
  readonly prices: readonly Price[];
  /** Where it costs more or less than that; 10,000 is the same. By `CLOUD.region`. */
  readonly regionBasisPoints: Readonly<Record<string, bigint>>;
}

export const wholeBasisPoints = 10_000n;

/** Why a book cannot be used, one sentence each. */
export const problemsOf = ({ prices, regionBasisPoints, version }: PriceBook): readonly string[] => {
  const names = prices.map(({ kind, meter }) => `${kind} ${meter}`);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return [
    ...twice.map((name) => `${version} has two prices for ${name}`),
    ...prices.flatMap((price) => problemsOfPrice(price).map((problem) => `${version}: ${problem}`)),
    ...Object.entries(regionBasisPoints).flatMap(([name, points]) =>
      points < 0n ? [`${version}: ${name} has a negative factor`] : [],
    ),
  ];
};

const problemsOfPrice = ({ includedPerCluster = 0n, kind, meter, per, tiers }: Price): readonly string[] => {
  const name = `${kind} ${meter}`;
  const ends = tiers.map(({ upTo }) => upTo);
  const rises = ends.every((end, at) => {
    const before = at === 0 ? 0n : ends[at - 1];
    return end === null ? at === ends.length - 1 : before !== null && before !== undefined && end > before;
  });
  return [
    ...(per > 0n ? [] : [`${name} is for nothing`]),
    ...(includedPerCluster >= 0n ? [] : [`${name} includes less than nothing`]),
    ...(tiers.some(({ micros }) => micros < 0n) ? [`${name} has a negative price`] : []),
    ...(rises && ends.at(-1) === null ? [] : [`${name} has tiers that do not follow each other to the end`]),
  ];
};

/** What a period is rated by, fixed when it begins. */
export interface Terms {
  readonly book: PriceBook;
  /** Off everything; 10,000 is all of it. */
  readonly discountBasisPoints: bigint;
}

/** Undefined: that kind does not pay for it. */
export const findPrice = (book: PriceBook, kind: string, meter: PricedMeter): Price | undefined =>
  book.prices.find((price) => price.kind === kind && price.meter === meter);

/**
 * What a quantity costs from the beginning of the month on, in micro-units, rounded down. Never less for more; so what
 * each further quantity costs is the difference of two of these, and all differences sum exactly to the whole.
 */
export const costOf = (terms: Terms, price: Price, region: string, quantity: bigint): bigint => {
  if (quantity < 0n) throw new RangeError('nobody uses less than nothing');
  let cost = 0n;
  let begin = 0n;
  for (const { micros, upTo } of price.tiers) {
    const end = upTo === null || upTo > quantity ? quantity : upTo;
    if (end > begin) cost += (end - begin) * micros;
    begin = end;
  }
  const regional = terms.book.regionBasisPoints[region] ?? wholeBasisPoints;
  const discounted = wholeBasisPoints - terms.discountBasisPoints;
  return (cost * regional * discounted) / (price.per * wholeBasisPoints * wholeBasisPoints);
};
