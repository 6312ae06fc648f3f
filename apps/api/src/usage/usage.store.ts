import { Inject, Injectable } from '@nestjs/common';
import { type BreakdownBy, SummedMeter } from '@weir/contracts/usage';
import { type ControlDb, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';
import {
  type Grain,
  grainMs,
  type Interval,
  type KeptFrom,
  type Piece,
  signedPiecesOf,
} from './usage-pieces.ts';

export interface UsageSum {
  readonly bucketMs: number;
  readonly meter: string;
  readonly quantity: number;
}

export interface UsagePart {
  readonly name: string;
  readonly meter: string;
  readonly quantity: number;
}

/** A broker that has not reported for so long is taken to be gone, rather than late. */
const brokerSilenceMsMax = 60_000;
/** See `prisma/control/cells.prisma`. */
const furtherBrokerIdMin = 1001;

/** Reads usage. Whose cluster it is has been decided before. */
@Injectable()
export class UsageStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** From the ledger itself, for the last minutes. Peaks: the largest on each broker, added up. */
  async sumsOfWindows(clusterId: string, interval: Interval, bucketMs: number): Promise<readonly UsageSum[]> {
    const rows = await this.db.$queryRaw<{ bucket: Date; meter: string; quantity: bigint }[]>`
      SELECT bucket, meter, sum(quantity)::bigint AS quantity FROM (
        SELECT date_bin(make_interval(secs => ${bucketMs / 1000}::float8), window_start, 'epoch'::timestamptz) AS bucket,
               meter,
               CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END AS quantity
          FROM usage_ledger
         WHERE cluster_id = ${clusterId} AND window_start >= ${interval.from} AND window_start < ${interval.to}
         GROUP BY bucket, meter, broker_id, principal, key_id
      ) AS by_broker
      GROUP BY bucket, meter`;
    return rows.map(toSum);
  }

  /** From the minutes. */
  async sumsOfMinutes(clusterId: string, interval: Interval): Promise<readonly UsageSum[]> {
    const rows = await this.db.$queryRaw<{ bucket: Date; meter: string; quantity: bigint }[]>`
      SELECT minute AS bucket, meter, sum(quantity)::bigint AS quantity FROM usage_minutes
       WHERE cluster_id = ${clusterId} AND minute >= ${interval.from} AND minute < ${interval.to}
       GROUP BY minute, meter`;
    return rows.map(toSum);
  }

  /** From the hours, for anything longer. Peaks: the largest minute. */
  async sumsOfHours(clusterId: string, interval: Interval): Promise<readonly UsageSum[]> {
    const rows = await this.db.$queryRaw<{ bucket: Date; meter: string; quantity: bigint }[]>`
      SELECT hour AS bucket, meter,
             (CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END)::bigint AS quantity
        FROM usage_cluster_hours
       WHERE cluster_id = ${clusterId} AND hour >= ${interval.from} AND hour < ${interval.to}
       GROUP BY hour, meter`;
    return rows.map(toSum);
  }

  /** From when on usage is there as fine as that: what is finer is gone once it was compared with what is derived of it. */
  async keptFrom(): Promise<KeptFrom> {
    const [{ day, month }] = await this.db.$queryRaw<[{ day: Date | null; month: Date | null }]>`
      SELECT (SELECT max(since) FROM usage_sealed WHERE grain = 'day') AS day,
             (SELECT max(since) FROM usage_sealed WHERE grain = 'month') AS month`;
    return {
      minutesMs: day ? day.getTime() + grainMs.day : 0,
      hoursMs: month ? Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1) : 0,
    };
  }

  /** What each topic, principal or key used in whole minutes, largest first. Peaks do not add up over time and are left out. */
  async parts(
    clusterId: string,
    interval: Interval,
    asked: { readonly by: BreakdownBy; readonly meters: readonly SummedMeter[] },
  ): Promise<readonly UsagePart[]> {
    const by = Prisma.raw(columnOf[asked.by]);
    const meters = asked.meters.length === 0 ? SummedMeter.options : asked.meters;
    const selects = signedPiecesOf(interval).map(
      (piece) => Prisma.sql`
        SELECT ${by} AS name, meter, quantity * ${piece.sign} AS quantity FROM ${rowsOf(piece)}
         WHERE cluster_id = ${clusterId} AND ${isIn(piece)} AND ${by} <> '' AND meter = ANY (${meters})`,
    );
    if (selects.length === 0) return [];
    const rows = await this.db.$queryRaw<{ name: string; meter: string; quantity: bigint }[]>`
      SELECT name, meter, sum(quantity)::bigint AS quantity
        FROM (${Prisma.join(selects, ' UNION ALL ')}) AS pieces
       GROUP BY name, meter HAVING sum(quantity) <> 0 ORDER BY 3 DESC, 1, 2 LIMIT ${partsMax}`;
    return rows.map(({ meter, name, quantity }) => ({ name, meter, quantity: Number(quantity) }));
  }

  /** Up to when every broker of the cell that is alive has reported; null if none is. */
  async completeUntil(cellId: string, now: number): Promise<Date | null> {
    const further = await this.db.cellBroker.findMany({ where: { cellId }, select: { brokerId: true } });
    // Brokers that the launcher runs by its settings have no rows, and ids below all that have.
    const brokerId =
      further.length > 0 ? { in: further.map((row) => row.brokerId) } : { lt: furtherBrokerIdMin };
    const lasts = await this.db.usageWindow.groupBy({
      by: ['brokerId'],
      where: { brokerId, windowEnd: { gt: new Date(now - brokerSilenceMsMax) } },
      _max: { windowEnd: true },
    });
    const ends = lasts.flatMap((row) => (row._max.windowEnd ? [row._max.windowEnd.getTime()] : []));
    return ends.length === 0 ? null : new Date(Math.min(...ends));
  }
}

const partsMax = 500;

const columnOf = { topic: 'topic', principal: 'principal', key: 'key_id' } as const;

const tableOf: Readonly<Record<Grain, string>> = {
  minute: 'usage_minutes',
  hour: 'usage_hours',
  day: 'usage_days',
};

/** The table that a piece is read from. */
export const rowsOf = ({ grain }: Piece): Prisma.Sql => Prisma.raw(tableOf[grain]);

/** Which of its rows. */
export const isIn = ({ fromMs, grain, toMs }: Piece): Prisma.Sql =>
  Prisma.sql`${Prisma.raw(grain)} >= ${new Date(fromMs)} AND ${Prisma.raw(grain)} < ${new Date(toMs)}`;

const toSum = (row: { bucket: Date; meter: string; quantity: bigint }): UsageSum => ({
  bucketMs: row.bucket.getTime(),
  meter: row.meter,
  quantity: Number(row.quantity),
});
