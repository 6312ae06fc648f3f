import type { BrokerLifeId, Result } from '../port.ts';
import { brokerLeaseMs, staleBrokerEpoch } from '../rules.ts';
import type { CellDatabase } from './database.ts';

export async function renewLease(
  database: CellDatabase,
  { brokerId, bootEpoch }: BrokerLifeId,
): Promise<Result<{ readonly version: number }, 'STALE_BROKER_EPOCH'>> {
  const [row] = await database.aside<{ version: number }>(
    'renewLease',
    `UPDATE broker_leases SET lease_until = clock_timestamp() + $3 * interval '1 ms'
     WHERE broker_id = $1 AND boot_epoch = $2
     RETURNING (SELECT version FROM cell WHERE id = 1) AS version`,
    [brokerId, bootEpoch, brokerLeaseMs],
  );
  return row === undefined ? staleBrokerEpoch(brokerId) : { ok: true, value: { version: row.version } };
}

export async function endLease(database: CellDatabase, { brokerId, bootEpoch }: BrokerLifeId): Promise<void> {
  await database.aside(
    'endLease',
    `UPDATE broker_leases SET lease_until = '-infinity' WHERE broker_id = $1 AND boot_epoch = $2`,
    [brokerId, bootEpoch],
  );
}
