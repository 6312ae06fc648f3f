import type { ClusterLife, ClusterTerm } from '@weir/billing/cluster-time';
import { dayMs, hourMs } from '@weir/billing/period';
import type { UsagePart } from '@weir/billing/usage-hour';
import { PricedMeter } from '@weir/contracts/billing';
import { type ControlTx, Prisma } from '@weir/db/control';
import { dayOf } from './rated-days.ts';

/** A cluster that was there once, whether it still is or not. */
export interface UsingCluster extends ClusterLife {
  readonly environmentId: string;
}

/** By what, besides cluster, kind, meter and hour, usage is told apart. What is not stays empty. */
export interface Detail {
  readonly topic: boolean;
  readonly principal: boolean;
  readonly key: boolean;
}

/** Who used something: principals as brokers name them, and ids of keys. */
export interface Owners {
  readonly principals: readonly string[];
  readonly keys: readonly string[];
}

export interface Interval {
  /** Both are whole hours. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** Clusters of an organization with what they were in that time: the term that it begins in, and those that begin in it. */
export const readClusters = async (
  db: ControlTx,
  organizationId: string,
  { fromMs, toMs }: Interval,
): Promise<readonly UsingCluster[]> => {
  const rows = await db.$queryRaw<TermRow[]>`
    SELECT c.id, c.environment_id AS "environmentId", c.cloud || '.' || c.region AS region, t.at, t.kind, t.units
      FROM clusters c JOIN cluster_terms t ON t.cluster_id = c.id
     WHERE c.organization_id = ${organizationId}::uuid AND t.at < ${new Date(toMs)}
       AND NOT EXISTS (
         SELECT 1 FROM cluster_terms later
          WHERE later.cluster_id = t.cluster_id AND later.at <= ${new Date(fromMs)}
            AND (later.at, later.id) > (t.at, t.id))
     ORDER BY c.id, t.at, t.id`;
  return [...Map.groupBy(rows, ({ id }) => id)].flatMap(([clusterId, [first, ...others]]) => {
    if (first === undefined) return [];
    const { environmentId, region } = first;
    return [{ clusterId, environmentId, region, terms: [first, ...others].map(toTerm) }];
  });
};

interface TermRow {
  readonly id: string;
  readonly environmentId: string;
  readonly region: string;
  readonly at: Date;
  readonly kind: string;
  readonly units: number;
}

const toTerm = ({ at, kind, units }: TermRow): ClusterTerm => ({ atMs: at.getTime(), kind, units });

/** Rows of one answer that anybody can use. */
export const usedRowsMax = 400_000;

/** It would be more than `usedRowsMax` rows. */
export class TooMuchUsage extends Error {
  override readonly name = 'TooMuchUsage';
}

/**
 * As an array, which the planner takes for the beginning of an index: as a subquery it joins, from some hours on, with all that
 * everybody used in the month.
 */
const isOfClustersOf = (organizationId: string): Prisma.Sql =>
  Prisma.sql`cluster_id = ANY (ARRAY (SELECT id FROM clusters WHERE organization_id = ${organizationId}::uuid))`;

/**
 * For each day of that time in which its clusters used something: of which version its hours are, all together. As long as
 * that is the same, so are they.
 */
export const readDayVersions = async (
  db: ControlTx,
  organizationId: string,
  { fromMs, toMs }: Interval,
): Promise<ReadonlyMap<number, string>> => {
  // Each version only grows, so their sum does with every change.
  const rows = await db.$queryRaw<{ day: Date; version: string }[]>`
    SELECT day, count(*) || ' ' || sum(version) AS version FROM usage_day_versions
     WHERE ${isOfClustersOf(organizationId)} AND day >= ${new Date(fromMs)} AND day < ${new Date(toMs)}
     GROUP BY day`;
  return new Map(rows.map(({ day, version }) => [day.getTime(), version]));
};

/** From what usage is read: hours by cluster alone, or hours or days by topic, principal and key as well. */
type UsedTable = 'usage_cluster_hours' | 'usage_hours' | 'usage_days';

/** Rows of a table, to be counted or to be taken away. */
interface Source extends Interval {
  readonly table: UsedTable;
  readonly isTaken?: boolean;
}

const nothing: Detail = { topic: false, principal: false, key: false };

/** What clusters of an organization used in that time, of what has a price, by the hour. Kept for good. Throws TooMuchUsage. */
export const readHours = (
  db: ControlTx,
  organizationId: string,
  interval: Interval,
): Promise<readonly UsagePart[]> => {
  const sources: readonly Source[] = [{ ...interval, table: 'usage_cluster_hours' }];
  return readUsed(db, organizationId, sources, { detail: nothing, owners: null, addedAtMs: null });
};

/** Which parts of what was used, and how they are told apart. */
export interface AskedParts {
  readonly detail: Detail;
  /** Null: whoever used it. */
  readonly owners: Owners | null;
  readonly step: 'hour' | 'day' | 'whole' | 'hours';
}

/**
 * The same told apart by the hour, as long as that is kept; or by the day, or days or hours added up, whole. What is whole is
 * at the beginning of the interval. Throws TooMuchUsage.
 */
export const readParts = (
  db: ControlTx,
  organizationId: string,
  interval: Interval,
  { detail, owners, step }: AskedParts,
): Promise<readonly UsagePart[]> => {
  const isAdded = step === 'whole' || step === 'hours';
  const addedAtMs = isAdded ? interval.fromMs : null;
  const table = step === 'hour' || step === 'hours' ? 'usage_hours' : 'usage_days';
  const sources = step === 'hours' ? hoursAddedUp(interval) : [{ ...interval, table } as const];
  return readUsed(db, organizationId, sources, { detail, owners, addedAtMs });
};

/** Hours; or, where that is fewer rows, the day that they are of, less its other hours. Pure. */
const hoursAddedUp = (interval: Interval): readonly Source[] => {
  const { fromMs, toMs } = interval;
  const day = { fromMs: dayOf(fromMs), toMs: dayOf(fromMs) + dayMs };
  if (toMs > day.toMs || toMs - fromMs <= dayMs / 2) return [{ ...interval, table: 'usage_hours' }];
  const others = { table: 'usage_hours', isTaken: true } as const;
  return [
    { ...day, table: 'usage_days' },
    { fromMs: day.fromMs, toMs: fromMs, ...others },
    { fromMs: toMs, toMs: day.toMs, ...others },
  ];
};

interface AskedRows {
  readonly detail: Detail;
  readonly owners: Owners | null;
  /** When all that is added up is; null: each row is when it was. */
  readonly addedAtMs: number | null;
}

const readUsed = async (
  db: ControlTx,
  organizationId: string,
  sources: readonly Source[],
  { addedAtMs, detail, owners }: AskedRows,
): Promise<readonly UsagePart[]> => {
  const asked = dimensions.filter(([name]) => detail[name]).map(([, column]) => column);
  const keys = Prisma.raw(['cluster_id', 'kind', 'meter', ...asked].join(', '));
  const isTheirs =
    owners === null
      ? Prisma.empty
      : Prisma.sql`AND (principal = ANY (${[...owners.principals]}) OR key_id = ANY (${[...owners.keys]}))`;
  const selects = sources
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .map(({ fromMs, isTaken = false, table, toMs }) => {
      const time = Prisma.raw(table === 'usage_days' ? 'day' : 'hour');
      const at = addedAtMs === null ? time : Prisma.sql`${new Date(addedAtMs)}::timestamptz`;
      return Prisma.sql`
        SELECT ${keys}, ${at} AS at, ${Prisma.raw(isTaken ? '-quantity' : 'quantity')} AS quantity
          FROM ${Prisma.raw(table)}
         WHERE ${isOfClustersOf(organizationId)} AND ${time} >= ${new Date(fromMs)} AND ${time} < ${new Date(toMs)}
           AND kind <> '' AND meter = ANY (${[...PricedMeter.options]}) ${isTheirs}`;
    });
  if (selects.length === 0) return [];
  const used = Prisma.join(selects, ' UNION ALL ');
  // Hours by cluster are one row each as they are; of others what is not asked for is added up.
  const isByCluster = sources.every(({ table }) => table === 'usage_cluster_hours');
  const summed = Prisma.sql`SELECT ${keys}, at, sum(quantity) AS quantity FROM (${used}) AS used
    GROUP BY ${keys}, at HAVING sum(quantity) <> 0`;
  const rows = await db.$queryRaw<UsedRow[]>`
    SELECT summed.*, c.cloud || '.' || c.region AS region
      FROM (
        SELECT ${keys}, string_agg((extract(epoch FROM at)::bigint / 3600) || ' ' || quantity, ',') AS hours
          FROM (SELECT * FROM (${isByCluster ? used : summed}) AS all_hours LIMIT ${usedRowsMax + 1}) AS hours
         GROUP BY ${keys}
      ) AS summed JOIN clusters c ON c.id = summed.cluster_id`;
  const parts = rows.flatMap(toParts);
  if (parts.length > usedRowsMax) throw new TooMuchUsage('more usage than one answer can have');
  return parts;
};

/** By their columns. */
const dimensions = [
  ['topic', 'topic'],
  ['principal', 'principal'],
  ['key', 'key_id'],
] as const;

/** All hours of one thing are one row: each row costs the driver as much as many hours in a text. */
interface UsedRow {
  readonly cluster_id: string;
  readonly kind: string;
  readonly meter: string;
  readonly region: string;
  /** These are there where they were asked for. */
  readonly topic?: string;
  readonly principal?: string;
  readonly key_id?: string;
  /** Hours since the epoch and quantities, in any order: `490000 17,490001 4`. */
  readonly hours: string;
}

const toParts = (row: UsedRow): UsagePart[] => {
  const { cluster_id: clusterId, hours, key_id: key = '', kind, principal = '', region, topic = '' } = row;
  const meter = PricedMeter.parse(row.meter);
  return hours.split(',').map((each) => {
    const space = each.indexOf(' ');
    const hour = Number(each.slice(0, space)) * hourMs;
    const quantity = BigInt(each.slice(space + 1));
    return { clusterId, kind, region, meter, topic, principal, key, hourMs: hour, quantity };
  });
};
