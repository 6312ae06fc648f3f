import type { ControlDb } from '@weir/db/control';
import { rebuildDay } from '../src/usage/rebuild-usage.store.ts';
import { dayMs } from '../src/usage/usage.store.ts';

/** One cluster has half of all rows, with 200 topics of ten principals; the others share the rest. */
export const clusterIds = Array.from({ length: 20 }, (_, at) => `lkc-bench${String(at).padStart(5, '0')}`);

const brokers = 3;
const rowsPerWindow = 22;
const windowsPerDay = 8_640;
export const rowsPerDay = windowsPerDay * brokers * rowsPerWindow;

/** Clusters of an organization that were there from then on. */
export const addClusters = async (db: ControlDb, organizationId: string, since: Date): Promise<void> => {
  const environment = await db.environment.findFirstOrThrow({ where: { organizationId } });
  for (const id of clusterIds) {
    await db.cluster.create({
      data: {
        ...{ id, organizationId, environmentId: environment.id, displayName: id, kind: 'Standard' },
        ...{ availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local', cellId: 'local' },
        ...{ phase: 'PROVISIONED', deletionProtection: false },
      },
    });
    await db.clusterTerm.create({ data: { clusterId: id, at: since, kind: 'Standard', units: 0 } });
  }
};

/** A whole day of windows, and all that is derived of it. */
export const fillDay = async (db: ControlDb, day: Date): Promise<void> => {
  await db.$executeRaw`SELECT make_usage_day(${day}::timestamptz)::text`;
  await db.$executeRaw`
    INSERT INTO usage_windows (broker_id, boot_epoch, window_start, window_end, received_at)
    SELECT b, 1, at, at + interval '10 seconds', at + interval '11 seconds'
      FROM generate_series(1, ${brokers}::int) b,
           generate_series(${day}::timestamptz, ${new Date(day.getTime() + dayMs - 1)}::timestamptz, '10 seconds') at`;
  await db.$executeRaw`
    INSERT INTO usage_ledger (broker_id, boot_epoch, window_start, cluster_id, principal, key_id, topic, meter, quantity)
    SELECT b, 1, ${day}::timestamptz + w * interval '10 seconds',
           (${clusterIds}::text[])[1 + CASE WHEN r % 2 = 0 THEN 0 ELSE 1 + (w + r) % 19 END],
           'User:sa-' || (t + w % 3) % 10, 'KEY' || (t + w % 3) % 10,
           CASE WHEN m = 4 THEN '' ELSE 'topic-' || t END,
           (ARRAY['bytes_in', 'bytes_out', 'records_in', 'requests'])[m], 1000 + w
      FROM generate_series(1, ${brokers}::int) b, generate_series(0, ${windowsPerDay - 1}::int) w,
           generate_series(0, ${rowsPerWindow - 1}::int) r,
           LATERAL (SELECT CASE WHEN r % 2 = 0 THEN (w * 11 + r / 2) % 200 ELSE r % 5 END AS t,
                           CASE WHEN r = 20 THEN 4 ELSE 1 + (w + r / 2) % 3 END AS m) AS of`;
  await rebuildDay(db, day);
};
