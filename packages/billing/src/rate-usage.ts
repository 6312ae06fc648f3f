import { shareOut } from './money.ts';
import { costOf, findPrice, type Terms } from './price-book.ts';
import type { UsageHour, UsagePart } from './usage-hour.ts';

export interface RatedHour extends UsageHour {
  readonly micros: bigint;
}

export interface RatedPart extends UsagePart {
  readonly micros: bigint;
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
export const rateUsage = (terms: Terms, usage: readonly UsageHour[]): readonly RatedHour[] => {
  const rows = merged(usage);
  const seconds = new Map(
    rows.filter(({ meter }) => meter === 'cluster_seconds').map((row) => [hourKey(row), row.quantity]),
  );
  const micros = new Map<UsageHour, bigint>();
  const pools = Map.groupBy(rows, ({ kind, meter, region }) => `${kind} ${meter} ${region}`);
  for (const pool of pools.values()) ratePool(terms, pool, seconds, micros);
  return rows.map((row) => ({ ...row, micros: micros.get(row) ?? 0n }));
};

/** Notes what each row of a pool costs, where it costs anything; rows come in the order of their hours. */
const ratePool = (
  terms: Terms,
  pool: readonly UsageHour[],
  clusterSeconds: ReadonlyMap<string, bigint>,
  micros: Map<UsageHour, bigint>,
): void => {
  const [first] = pool;
  const price = first && findPrice(terms.book, first.kind, first.meter);
  if (price === undefined) return;
  const { includedPerCluster = 0n } = price;
  const payable = (row: UsageHour): bigint => {
    if (includedPerCluster === 0n) return row.quantity;
    const included = includedPerCluster * (clusterSeconds.get(hourKey(row)) ?? 0n);
    return row.quantity > included ? row.quantity - included : 0n;
  };
  let used = 0n;
  let paid = 0n;
  for (const hour of Map.groupBy(pool, (row) => row.hourMs).values()) {
    const weights = hour.map(payable);
    used += weights.reduce((sum, weight) => sum + weight, 0n);
    const cost = costOf(terms, price, first?.region ?? '', used);
    const shares = shareOut(cost - paid, weights);
    hour.forEach((row, index) => void micros.set(row, shares[index] ?? 0n));
    paid = cost;
  }
};

/** The cost of hours on parts of them. What an hour costs and no part has used is on one without a name. */
export const rateParts = (hours: readonly RatedHour[], parts: readonly UsagePart[]): readonly RatedPart[] => {
  const byHour = Map.groupBy(parts, keyOf);
  return hours.flatMap((hour): readonly RatedPart[] => {
    const found = (byHour.get(keyOf(hour)) ?? []).toSorted(byPart);
    const known = found.reduce((sum, { quantity }) => sum + quantity, 0n);
    if (known > hour.quantity) throw new RangeError('parts of an hour are more than the hour');
    const rest = { ...hour, principal: '', key: '', topic: '', quantity: hour.quantity - known };
    const all: readonly UsagePart[] = rest.quantity === 0n ? found : [...found, rest];
    const shares = shareOut(
      hour.micros,
      all.map(({ quantity }) => quantity),
    );
    return all.map((part, index) => ({ ...part, micros: shares[index] ?? 0n }));
  });
};

/** Rows in order, each key once. */
const merged = (usage: readonly UsageHour[]): readonly UsageHour[] => {
  const keyed = usage.map((row) => ({ key: keyOf(row), row }));
  keyed.sort((one, other) => inOrder(one.key, other.key));
  const rows: UsageHour[] = [];
  let lastKey = '';
  for (const { key, row } of keyed) {
    const last = rows.at(-1);
    if (last !== undefined && key === lastKey) {
      rows[rows.length - 1] = { ...last, quantity: last.quantity + row.quantity };
    } else rows.push(row);
    lastKey = key;
  }
  return rows;
};

const hourKey = ({ clusterId, hourMs, kind }: UsageHour): string => `${hourMs} ${kind} ${clusterId}`;

const hourDigits = 15;

/** By the hour first, and then by whatever tells rows apart. */
const keyOf = ({ clusterId, hourMs, kind, meter, region }: UsageHour): string =>
  `${String(hourMs).padStart(hourDigits, '0')} ${kind} ${region} ${meter} ${clusterId}`;

const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const byPart = (one: UsagePart, other: UsagePart): number =>
  inOrder(one.topic, other.topic) || inOrder(one.principal, other.principal) || inOrder(one.key, other.key);
