import type { ClusterLife, ClusterTerm } from '@weir/billing/cluster-time';
import { hourMs } from '@weir/billing/period';
import type { UsagePart } from '@weir/billing/usage-hour';
import { PricedMeter } from '@weir/contracts/billing';
import { type ControlTx, Prisma } from '@weir/db/control';

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

/** From what usage is read: hours by cluster alone, or hours or days by topic, principal and key as well. */
type UsedTable = 'usage_cluster_hours' | 'usage_hours' | 'usage_days';

const nothing: Detail = { topic: false, principal: false, key: false };

/** What clusters of an organization used in that time, of what has a price, by the hour. Kept for good. Throws TooMuchUsage. */
export const readHours = (
  db: ControlTx,
  organizationId: string,
  interval: Interval,
): Promise<readonly UsagePart[]> => readUsed(db, organizationId, interval, nothing, 'usage_cluster_hours');

/** The same told apart by the hour, as long as that is kept, or by the day, for good. Throws TooMuchUsage. */
export const readParts = (
  db: ControlTx,
  organizationId: string,
  interval: Interval,
  detail: Detail,
  step: 'hour' | 'day',
): Promise<readonly UsagePart[]> =>
  readUsed(db, organizationId, interval, detail, step === 'day' ? 'usage_days' : 'usage_hours');

const readUsed = async (
  db: ControlTx,
  organizationId: string,
  { fromMs, toMs }: Interval,
  detail: Detail,
  table: UsedTable,
): Promise<readonly UsagePart[]> => {
  if (fromMs >= toMs) return [];
  const [used, at] = [Prisma.raw(table), Prisma.raw(table === 'usage_days' ? 'u.day' : 'u.hour')];
  const rows = await db.$queryRaw<UsedRow[]>`
    SELECT "clusterId", kind, meter, region, topic, principal, key,
           string_agg(hour || ' ' || quantity, ',' ORDER BY hour) AS hours
      FROM (
        SELECT u.cluster_id AS "clusterId", (extract(epoch FROM ${at}) / 3600)::int AS hour, u.kind, u.meter,
               c.cloud || '.' || c.region AS region,
               ${detail.topic ? Prisma.sql`u.topic` : Prisma.sql`''`} AS topic,
               ${detail.principal ? Prisma.sql`u.principal` : Prisma.sql`''`} AS principal,
               ${detail.key ? Prisma.sql`u.key_id` : Prisma.sql`''`} AS key,
               sum(u.quantity) AS quantity
          FROM clusters c JOIN ${used} u ON u.cluster_id = c.id
         WHERE c.organization_id = ${organizationId}::uuid
           AND ${at} >= ${new Date(fromMs)} AND ${at} < ${new Date(toMs)}
           AND u.kind <> '' AND u.meter = ANY (${[...PricedMeter.options]})
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
         LIMIT ${usedRowsMax + 1}
      ) AS each
     GROUP BY 1, 2, 3, 4, 5, 6, 7`;
  const parts = rows.flatMap(toParts);
  if (parts.length > usedRowsMax) throw new TooMuchUsage('more usage than one answer can have');
  return parts;
};

/** All hours of one thing are one row: each row costs the driver as much as many hours in a text. */
interface UsedRow {
  readonly clusterId: string;
  readonly kind: string;
  readonly meter: string;
  readonly region: string;
  readonly topic: string;
  readonly principal: string;
  readonly key: string;
  /** Hours since the epoch and quantities: `490000 17,490001 4`. */
  readonly hours: string;
}

const toParts = ({ hours, meter, ...row }: UsedRow): UsagePart[] => {
  const about = { ...row, meter: PricedMeter.parse(meter) };
  return hours.split(',').map((each) => {
    const space = each.indexOf(' ');
    return {
      ...about,
      hourMs: Number(each.slice(0, space)) * hourMs,
      quantity: BigInt(each.slice(space + 1)),
    };
  });
};
