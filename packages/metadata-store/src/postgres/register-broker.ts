import type { BrokerRecord } from '../model.ts';
import type { NewBroker, Result } from '../port.ts';
import { brokerLeaseMs, decideRegistration, type LastLife } from '../rules.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { type BrokerRow, brokerColumns, brokerFrom } from './rows.ts';

export function registerBroker(
  database: CellDatabase,
  broker: NewBroker,
): Promise<Result<BrokerRecord, 'DUPLICATE_BROKER_REGISTRATION'>> {
  return database.mutate('registerBroker', async (mutation) => {
    const decision = decideRegistration(broker, await lastLife(mutation, broker.brokerId));
    if (decision.ok) await begin(mutation, decision.value, broker.directoryPlace);
    return decision;
  });
}

async function lastLife(mutation: Mutation, brokerId: number): Promise<LastLife | null> {
  const [row] = await mutation.query<BrokerRow>(`SELECT ${brokerColumns} FROM brokers WHERE broker_id = $1`, [
    brokerId,
  ]);
  if (row === undefined) return null;
  // Locked before the clock is read: a renewal under way counts, or finds that it comes too late.
  await mutation.query('SELECT 1 FROM broker_leases WHERE broker_id = $1 FOR UPDATE', [brokerId]);
  const [lease] = await mutation.query<{ directory_place: string | null; has_lease: boolean }>(
    `SELECT directory_place, lease_until > clock_timestamp() AS has_lease
     FROM broker_leases WHERE broker_id = $1`,
    [brokerId],
  );
  return {
    record: brokerFrom(row),
    directoryPlace: lease?.directory_place ?? null,
    hasLease: lease?.has_lease ?? false,
  };
}

async function begin(mutation: Mutation, record: BrokerRecord, place: string | null): Promise<void> {
  const { brokerId, bootEpoch, host, port, directoryId } = record;
  await mutation.query(
    `INSERT INTO brokers (broker_id, boot_epoch, host, port, directory_id, replica_count, leader_count, version)
     VALUES ($1, $2, $3, $4, $5, 0, 0, $6)
     ON CONFLICT (broker_id) DO UPDATE
     SET boot_epoch = excluded.boot_epoch, host = excluded.host, port = excluded.port,
         directory_id = excluded.directory_id, version = excluded.version`,
    [brokerId, bootEpoch, host, port, directoryId, mutation.version],
  );
  await mutation.query(
    `INSERT INTO broker_leases (broker_id, boot_epoch, directory_place, lease_until)
     VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
     ON CONFLICT (broker_id) DO UPDATE
     SET boot_epoch = excluded.boot_epoch, directory_place = excluded.directory_place,
         lease_until = excluded.lease_until`,
    [brokerId, bootEpoch, place, brokerLeaseMs],
  );
  mutation.changed();
}
