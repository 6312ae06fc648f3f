import { shareOut } from './money.ts';
import { costOf, findPrice, type Price, type Terms } from './price-book.ts';
import type { UsageHour, UsagePart } from './usage-hour.ts';

export interface RatedHour extends UsageHour {
  readonly micros: bigint;
}

export interface RatedPart extends UsagePart {
  readonly micros: bigint;
}

/** What clusters of a kind in a region came to of each meter, from the period's beginning up to some hour. */
export type RatedSoFar = ReadonlyMap<string, { readonly used: bigint; readonly paid: bigint }>;

/** At the beginning of a period. */
export const nothingRated: RatedSoFar = new Map();

export interface RatedStretch {
  readonly hours: readonly RatedHour[];
  /** From where the next stretch is rated. */
  readonly after: RatedSoFar;
}

/**
 * What an organization's usage of one period costs, by cluster and hour, in an order that does not depend on that of
 * `usage`. Rows of the same cluster, kind, meter and hour are one.
 *
 * Clusters of a kind in a region share tiers and allowances. An hour costs what the month up to its end costs, less what
 * it costs up to its beginning, each rounded down to a micro-unit: nothing is lost, and what is past stays as it is
 * whatever comes later. Within the hour its cost is shared out by quantity. `usage` is whole from the period's beginning
 * on; what it lacks at its end changes nothing that is there.
 */
export const rateUsage = (terms: Terms, usage: readonly UsageHour[]): readonly RatedHour[] =>
  rateStretch(terms, nothingRated, usage).hours;

/** The same of some hours of a period, all that were before them being rated: stretch by stretch comes to the same. */
export const rateStretch = (terms: Terms, before: RatedSoFar, usage: readonly UsageHour[]): RatedStretch => {
  const rows = merged(usage);
  const secondsOf = lazy(() => clusterSeconds(rows));
  const pools = new Map<string, Pool>();
  const hours: RatedHour[] = [];
  for (let from = 0; from < rows.length; ) {
    const to = endOfRun(rows, from);
    const hour = rows.slice(from, to);
    const shares = rateHour(terms, poolOf(pools, before, terms, hour[0]), hour, secondsOf);
    for (const [at, row] of hour.entries()) hours.push({ ...row, micros: shares[at] ?? 0n });
    from = to;
  }
  return { hours, after: new Map([...before, ...pools]) };
};

/** Clusters of a kind in a region, of one meter, up to the hour that is looked at. */
interface Pool {
  readonly price: Price | undefined;
  used: bigint;
  paid: bigint;
}

const poolOf = (
  pools: Map<string, Pool>,
  before: RatedSoFar,
  terms: Terms,
  row: UsageHour | undefined,
): Pool => {
  const { kind = '', meter, region = '' } = row ?? {};
  const name = `${kind} ${meter} ${region}`;
  const known = pools.get(name);
  if (known !== undefined) return known;
  const price = meter === undefined ? undefined : findPrice(terms.book, kind, meter);
  const { paid = 0n, used = 0n } = before.get(name) ?? {};
  const pool = { price, used, paid };
  pools.set(name, pool);
  return pool;
};

/** What the rows of one hour and pool cost, where they cost anything. Hours of a pool come in order. */
const rateHour = (
  terms: Terms,
  pool: Pool,
  hour: readonly UsageHour[],
  secondsOf: () => ReadonlyMap<string, bigint>,
): readonly bigint[] => {
  const { price } = pool;
  if (price === undefined) return [];
  const { includedPerCluster = 0n } = price;
  const payable = (row: UsageHour): bigint => {
    if (includedPerCluster === 0n) return row.quantity;
    const included = includedPerCluster * (secondsOf().get(hourKey(row)) ?? 0n);
    return row.quantity > included ? row.quantity - included : 0n;
  };
  const weights = hour.map(payable);
  pool.used += weights.reduce((sum, weight) => sum + weight, 0n);
  const cost = costOf(terms, price, hour[0]?.region ?? '', pool.used);
  const shares = shareOut(cost - pool.paid, weights);
  pool.paid = cost;
  return shares;
};

const clusterSeconds = (rows: readonly UsageHour[]): ReadonlyMap<string, bigint> =>
  new Map(rows.filter(({ meter }) => meter === 'cluster_seconds').map((row) => [hourKey(row), row.quantity]));

/** Few months need it, and it is a text for each cluster and hour. */
const lazy = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Where the rows end that are of the same hour and pool as that one. */
const endOfRun = (rows: readonly UsageHour[], from: number): number => {
  const first = rows[from];
  let to = from + 1;
  while (first !== undefined && isOfSamePool(first, rows[to])) to += 1;
  return to;
};

const isOfSamePool = (one: UsageHour, other: UsageHour | undefined): boolean =>
  other !== undefined &&
  one.hourMs === other.hourMs &&
  one.kind === other.kind &&
  one.region === other.region &&
  one.meter === other.meter;

/**
 * The cost of hours on parts of them. What an hour costs and no part has used is on one without a name. `precision`: into how
 * many pieces a micro-unit is shared out, in which the parts are told then.
 */
export const rateParts = (
  hours: readonly RatedHour[],
  parts: readonly UsagePart[],
  precision = 1n,
): readonly RatedPart[] => {
  const byHour = Map.groupBy(parts, keyOf);
  return hours.flatMap((hour): readonly RatedPart[] => {
    const found = (byHour.get(keyOf(hour)) ?? []).toSorted(byPart);
    const known = found.reduce((sum, { quantity }) => sum + quantity, 0n);
    if (known > hour.quantity) throw new RangeError('parts of an hour are more than the hour');
    const rest = { ...hour, principal: '', key: '', topic: '', quantity: hour.quantity - known };
    const all: readonly UsagePart[] = rest.quantity === 0n ? found : [...found, rest];
    const shares = shareOut(
      hour.micros * precision,
      all.map(({ quantity }) => quantity),
    );
    return all.map((part, index) => ({ ...part, micros: shares[index] ?? 0n }));
  });
};

/** Rows in order, each key once. Compared field by field: a month of a large organization has tens of thousands. */
const merged = (usage: readonly UsageHour[]): readonly UsageHour[] => {
  const rows: UsageHour[] = [];
  for (const row of usage.toSorted(byHour)) {
    const last = rows.at(-1);
    if (last !== undefined && byHour(last, row) === 0) {
      rows[rows.length - 1] = { ...last, quantity: last.quantity + row.quantity };
    } else rows.push(row);
  }
  return rows;
};

/** By the hour first, and then by whatever tells rows apart. */
const byHour = (one: UsageHour, other: UsageHour): number =>
  one.hourMs - other.hourMs ||
  inOrder(one.kind, other.kind) ||
  inOrder(one.region, other.region) ||
  inOrder(one.meter, other.meter) ||
  inOrder(one.clusterId, other.clusterId);

const hourKey = ({ clusterId, hourMs, kind }: UsageHour): string => `${hourMs} ${kind} ${clusterId}`;

const keyOf = ({ clusterId, hourMs, kind, meter, region }: UsageHour): string =>
  `${hourMs} ${kind} ${region} ${meter} ${clusterId}`;

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byPart = (one: UsagePart, other: UsagePart): number =>
  inOrder(one.topic, other.topic) || inOrder(one.principal, other.principal) || inOrder(one.key, other.key);
