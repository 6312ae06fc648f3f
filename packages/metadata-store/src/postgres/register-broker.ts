import { brokerLeaseMs, decideRegistration, type LastLife } from '../broker-rules.ts';
import type { BrokerRecord } from '../model.ts';
import { afterRegistration, replicaKey } from '../partition-rules.ts';
import type { NewBroker, RegisteredBroker, Result } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase, Mutation } from './database.ts';
import { alteredOf, readPartitions, writePartitions } from './partition-rows.ts';
import { type BrokerRow, brokerColumns, brokerFrom } from './rows.ts';

export function registerBroker(
  database: CellDatabase,
  broker: NewBroker,
): Promise<Result<RegisteredBroker, 'DUPLICATE_BROKER_REGISTRATION'>> {
  return database.mutate('registerBroker', async (mutation) => {
    const decision = decideRegistration(broker, await lastLife(mutation, broker.brokerId));
    if (!decision.ok) return decision;
    const { record, before } = decision.value;
    const isDirectoryLost = before?.isDirectoryLost ?? false;
    await begin(mutation, record, broker);
    if (before !== null) await takeUp(mutation, broker, isDirectoryLost);
    return { ok: true, value: { ...record, isDirectoryLost } };
  });
}

async function lastLife(mutation: Mutation, brokerId: number): Promise<LastLife | null> {
  const [row] = await mutation.query<BrokerRow>(
    `SELECT ${brokerColumns} FROM brokers b WHERE b.broker_id = $1`,
    [brokerId],
  );
  if (row === undefined) return null;
  // Locked before the clock is read: a renewal under way counts, or finds that it comes too late.
  await mutation.query('SELECT 1 FROM broker_leases WHERE broker_id = $1 FOR UPDATE', [brokerId]);
  const [lease] = await mutation.query<{
    directory_place: string | null;
    directory_mark: number;
    has_lease: boolean;
  }>(
    `SELECT directory_place, directory_mark, lease_until > clock_timestamp() AS has_lease
     FROM broker_leases WHERE broker_id = $1`,
    [brokerId],
  );
  return {
    record: brokerFrom(row),
    directoryPlace: lease?.directory_place ?? null,
    directoryMark: lease?.directory_mark ?? 0,
    hasLease: lease?.has_lease ?? false,
  };
}

async function begin(
  mutation: Mutation,
  record: BrokerRecord,
  { directoryPlace, directoryMark }: NewBroker,
): Promise<void> {
  const { brokerId, bootEpoch, host, port, peerHost, peerPort, rack, machine, programVersion, directoryId } =
    record;
  const place = [brokerId, bootEpoch, host, port, peerHost, peerPort, rack, machine, programVersion];
  await mutation.query(
    `INSERT INTO brokers (broker_id, boot_epoch, host, port, peer_host, peer_port, rack, machine,
       program_version, directory_id, is_fenced, is_cordoned, replica_count, leader_count, isr_count, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, false, false, 0, 0, 0, $11)
     ON CONFLICT (broker_id) DO UPDATE
     SET boot_epoch = excluded.boot_epoch, host = excluded.host, port = excluded.port,
         peer_host = excluded.peer_host, peer_port = excluded.peer_port, rack = excluded.rack,
         machine = excluded.machine, program_version = excluded.program_version, directory_id = excluded.directory_id, is_fenced = excluded.is_fenced,
         version = excluded.version`,
    [...place, directoryId, mutation.version],
  );
  await mutation.query(
    `INSERT INTO broker_leases (broker_id, boot_epoch, directory_place, directory_mark, lease_until, renewed_since)
     VALUES ($1, $2, $3, $5, clock_timestamp() + $4 * interval '1 ms', clock_timestamp())
     ON CONFLICT (broker_id) DO UPDATE
     SET boot_epoch = excluded.boot_epoch, directory_place = excluded.directory_place,
         directory_mark = excluded.directory_mark, lease_until = excluded.lease_until, renewed_since = excluded.renewed_since`,
    [brokerId, bootEpoch, directoryPlace, brokerLeaseMs, directoryMark ?? 0],
  );
  mutation.changed();
}

/** What the broker leads or may lead, and what it has lost. */
async function takeUp(mutation: Mutation, broker: NewBroker, isDirectoryLost: boolean): Promise<void> {
  const { brokerId, missingReplicas } = broker;
  const stored = await readPartitions(
    mutation,
    `p.leader = $1 OR ((p.leader = -1 OR $2 OR (p.topic_id, p.partition) IN (SELECT * FROM unnest($3::text[], $4::int[])))
       AND $1 = ANY (p.replicas))`,
    [
      brokerId,
      isDirectoryLost,
      missingReplicas.map(({ topicId }) => topicId),
      missingReplicas.map(({ partition }) => partition),
    ],
  );
  const brokers = await readBrokers(mutation);
  const missing = new Set(missingReplicas.map(replicaKey));
  await writePartitions(
    mutation,
    alteredOf(stored, (facts, id) => {
      const isLost = isDirectoryLost || missing.has(replicaKey(id));
      return afterRegistration(facts, brokers, { brokerId, isLost });
    }),
  );
}
