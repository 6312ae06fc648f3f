import { costOf, findPrice, type Terms } from './price-book.ts';

const hourSeconds = 3_600n;
/** What a month is when somebody asks what something costs in one: 730 hours, as is usual. */
const monthSeconds = 730n * hourSeconds;

export interface PricedCluster {
  readonly kind: string;
  /** Null: it has no units. */
  readonly units: number | null;
  /** `CLOUD.region`. */
  readonly region: string;
}

/** What a cluster costs in a month whatever is done with it, by list price: its time and its units. */
export const monthlyCostOfCluster = (terms: Terms, cluster: PricedCluster): bigint =>
  costOfTime(terms, cluster, monthSeconds);

/** The same in an hour. */
export const hourlyCostOfCluster = (terms: Terms, cluster: PricedCluster): bigint =>
  costOfTime(terms, cluster, hourSeconds);

const costOfTime = (terms: Terms, { kind, region, units }: PricedCluster, seconds: bigint): bigint => {
  const time = findPrice(terms.book, kind, 'cluster_seconds');
  const unit = findPrice(terms.book, kind, 'unit_seconds');
  return (
    (time === undefined ? 0n : costOf(terms, time, region, seconds)) +
    (unit === undefined ? 0n : costOf(terms, unit, region, seconds * BigInt(units ?? 0)))
  );
};

/** What it costs to keep so many bytes for a month. */
export const monthlyCostOfStored = (
  terms: Terms,
  { kind, region }: Pick<PricedCluster, 'kind' | 'region'>,
  bytes: bigint,
): bigint => {
  const price = findPrice(terms.book, kind, 'stored_byte_seconds');
  return price === undefined ? 0n : costOf(terms, price, region, monthSeconds * bytes);
};

/** What its partitions cost beside that, beyond those that each cluster of its kind has for nothing. */
export const monthlyCostOfPartitions = (
  terms: Terms,
  { kind, region }: Pick<PricedCluster, 'kind' | 'region'>,
  partitions: number,
): bigint => {
  const price = findPrice(terms.book, kind, 'partition_seconds');
  if (price === undefined) return 0n;
  const paid = BigInt(partitions) - (price.includedPerCluster ?? 0n);
  return paid <= 0n ? 0n : costOf(terms, price, region, monthSeconds * paid);
};
