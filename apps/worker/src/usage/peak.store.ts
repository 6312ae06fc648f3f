import type { ReceivedUsageReport } from '@weir/contracts/jobs/usage-report';
import { isPeak } from '@weir/contracts/meters';
import { type ControlTx, Prisma } from '@weir/db/control';
import { kindOf } from './usage.store.ts';

// Peaks do not add up over time: of a minute it is the largest of each broker, added up over brokers, and of an hour the
// largest minute. Further windows never make one smaller.

interface Touched {
  readonly clusterIds: readonly string[];
  readonly minutes: readonly Date[];
}

const minuteMs = 60_000;

const touchedBy = (reports: readonly ReceivedUsageReport[]): Touched => {
  const clusterIds: string[] = [];
  const minutes: Date[] = [];
  const seen = new Set<string>();
  for (const { rows, windowStartMs } of reports) {
    const minute = Math.floor(windowStartMs / minuteMs) * minuteMs;
    for (const { clusterId, meter } of rows) {
      const key = `${minute} ${clusterId}`;
      if (!isPeak(meter) || seen.has(key)) continue;
      seen.add(key);
      clusterIds.push(clusterId);
      minutes.push(new Date(minute));
    }
  }
  return { clusterIds, minutes };
};

/** Derives peaks anew of the minutes, and hours, that these windows lie in. The ledger has them; the caller holds `lockIntake`. */
export const derivePeaks = async (tx: ControlTx, reports: readonly ReceivedUsageReport[]): Promise<void> => {
  const { clusterIds, minutes } = touchedBy(reports);
  if (minutes.length === 0) return;
  const touched = Prisma.sql`unnest(${clusterIds}::text[], ${minutes}::timestamptz[]) AS m (cluster_id, minute)`;
  const [from, to] = spanOf(minutes);
  await tx.$executeRaw`
    INSERT INTO usage_minutes (cluster_id, minute, principal, key_id, topic, meter, quantity)
    SELECT cluster_id, minute, principal, key_id, topic, meter, sum(quantity) FROM (
      SELECT m.cluster_id, m.minute, l.principal, l.key_id, l.topic, l.meter, max(l.quantity) AS quantity
        FROM ${touched} JOIN usage_ledger l
          ON l.cluster_id = m.cluster_id AND l.window_start >= m.minute AND l.window_start < m.minute + interval '1 minute'
       WHERE l.meter LIKE '%\\_peak' AND l.window_start >= ${from} AND l.window_start < ${to}
       GROUP BY 1, 2, 3, 4, 5, 6, l.broker_id
    ) AS by_broker
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (cluster_id, minute, principal, key_id, topic, meter) DO UPDATE SET quantity = EXCLUDED.quantity`;
  await tx.$executeRaw`
    INSERT INTO usage_cluster_hours AS known (cluster_id, hour, kind, meter, quantity)
    SELECT m.cluster_id, date_trunc('hour', m.minute, 'UTC'), coalesce(term.kind, ''), m.meter, max(m.quantity)
      FROM (SELECT u.cluster_id, u.minute, u.meter, sum(u.quantity) AS quantity
              FROM ${touched} JOIN usage_minutes u ON u.cluster_id = m.cluster_id AND u.minute = m.minute
             WHERE u.meter LIKE '%\\_peak' AND u.minute >= ${from} AND u.minute < ${to} GROUP BY 1, 2, 3) AS m
      LEFT JOIN LATERAL ${kindOf} AS term ON true
     GROUP BY 1, 2, 3, 4
    ON CONFLICT (cluster_id, hour, kind, meter)
    DO UPDATE SET quantity = greatest(known.quantity, EXCLUDED.quantity)`;
};

const spanOf = (minutes: readonly Date[]): readonly [from: Date, to: Date] => {
  const ms = minutes.map((minute) => minute.getTime());
  return [new Date(Math.min(...ms)), new Date(Math.max(...ms) + minuteMs)];
};
