import type { Lease } from '../broker-rules.ts';
import type { BrokerRecord } from '../model.ts';
import type { Queryable } from './database.ts';
import { type BrokerRow, brokerColumns, brokerFrom } from './rows.ts';

export async function readBrokers(session: Queryable): Promise<ReadonlyMap<number, BrokerRecord>> {
  const rows = await session.query<BrokerRow>(`SELECT ${brokerColumns} FROM brokers b`);
  return new Map(rows.map((row) => [row.broker_id, brokerFrom(row)]));
}

export interface LeaseRow {
  readonly now_ms: number;
  readonly until_ms: number | null;
  readonly since_ms: number | null;
}
/** Of `broker_leases l`, which may be outer joined. The clock is read as the row is. */
export const leaseColumns = `extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
  extract(epoch FROM l.lease_until)::float8 * 1000 AS until_ms,
  extract(epoch FROM l.renewed_since)::float8 * 1000 AS since_ms`;

export const leaseFrom = (row: LeaseRow): Lease | null =>
  row.until_ms === null || row.since_ms === null
    ? null
    : { untilMs: row.until_ms, renewedSinceMs: row.since_ms };
