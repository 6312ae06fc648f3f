import { Inject, Injectable } from '@nestjs/common';
import type { BreakdownBy } from '@weir/contracts/usage';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

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

interface Interval {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
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

  /** From the minutes, for anything longer. */
  async sumsOfMinutes(clusterId: string, interval: Interval, bucketMs: number): Promise<readonly UsageSum[]> {
    const rows = await this.db.$queryRaw<{ bucket: Date; meter: string; quantity: bigint }[]>`
      SELECT bucket, meter,
             (CASE WHEN meter LIKE '%\\_peak' THEN max(quantity) ELSE sum(quantity) END)::bigint AS quantity
        FROM (
          SELECT date_bin(make_interval(secs => ${bucketMs / 1000}::float8), minute, 'epoch'::timestamptz) AS bucket,
                 minute, meter, sum(quantity) AS quantity
            FROM usage_minutes
           WHERE cluster_id = ${clusterId} AND minute >= ${interval.from} AND minute < ${interval.to}
           GROUP BY minute, meter
        ) AS by_minute
       GROUP BY bucket, meter`;
    return rows.map(toSum);
  }

  /** What each topic, principal or key used, largest first. Peaks do not add up over time and are left out. */
  async parts(clusterId: string, interval: Interval, of: BreakdownBy): Promise<readonly UsagePart[]> {
    const by = columnOf[of];
    const rows = await this.db.usageMinute.groupBy({
      by: [by, 'meter'],
      where: {
        clusterId,
        minute: { gte: interval.from, lt: interval.to },
        [by]: { not: '' },
        meter: { not: { endsWith: '_peak' } },
      },
      _sum: { quantity: true },
      orderBy: { _sum: { quantity: 'desc' } },
      take: partsMax,
    });
    return rows.map((row) => ({
      name: row[by],
      meter: row.meter,
      quantity: Number(row._sum.quantity ?? 0n),
    }));
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

const columnOf = { topic: 'topic', principal: 'principal', key: 'keyId' } as const;

const toSum = (row: { bucket: Date; meter: string; quantity: bigint }): UsageSum => ({
  bucketMs: row.bucket.getTime(),
  meter: row.meter,
  quantity: Number(row.quantity),
});
