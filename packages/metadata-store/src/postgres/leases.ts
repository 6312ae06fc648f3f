import { brokerLeaseMs, renewalGapMsMax, staleBrokerEpoch } from '../broker-rules.ts';
import type { BrokerLifeId, MetadataStore } from '../port.ts';
import type { CellDatabase } from './database.ts';

/**
 * Of `broker_leases`: `renewed` of broker-rules.ts in one statement. $1 and $2 are the life, $3 and $4 the figures, $5
 * the mark.
 */
export const renewal = `UPDATE broker_leases
  SET lease_until = clock_timestamp() + $3 * interval '1 ms',
      renewed_since = CASE
        WHEN lease_until - $3 * interval '1 ms' >= clock_timestamp() - $4 * interval '1 ms' THEN renewed_since
        ELSE clock_timestamp() END,
      directory_mark = GREATEST(directory_mark, $5)
  WHERE broker_id = $1 AND boot_epoch = $2`;

export const renewalValues = (
  { brokerId, bootEpoch }: BrokerLifeId,
  directoryMark = 0,
): readonly number[] => [brokerId, bootEpoch, brokerLeaseMs, renewalGapMsMax, directoryMark];

export async function renewLease(
  database: CellDatabase,
  life: BrokerLifeId,
  directoryMark: number,
): ReturnType<MetadataStore['renewLease']> {
  const [row] = await database.aside<{ version: number; is_fenced: boolean }>(
    'renewLease',
    `${renewal} RETURNING (SELECT version FROM cell WHERE id = 1) AS version,
       (SELECT is_fenced FROM brokers WHERE broker_id = $1) AS is_fenced`,
    renewalValues(life, directoryMark),
  );
  if (row === undefined) return staleBrokerEpoch(life.brokerId);
  return { ok: true, value: { version: row.version, isFenced: row.is_fenced } };
}

export async function endLease(database: CellDatabase, { brokerId, bootEpoch }: BrokerLifeId): Promise<void> {
  await database.aside(
    'endLease',
    `UPDATE broker_leases SET lease_until = '-infinity' WHERE broker_id = $1 AND boot_epoch = $2`,
    [brokerId, bootEpoch],
  );
}
