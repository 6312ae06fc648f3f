import { proposalProblem } from '../broker-rules.ts';
import { electionPartitionsMax, withoutFenced } from '../partition-rules.ts';
import type { BrokerLifeId, Election, LeaseLeft, MetadataStore } from '../port.ts';
import { type LeaseRow, leaseColumns, leaseFrom, readBrokers } from './broker-states.ts';
import type { CellDatabase, Mutation, Queryable } from './database.ts';
import { alteredOf, readPartitions, writePartitions } from './partition-rows.ts';

type Elected = ReturnType<MetadataStore['electLeaders']>;

const nothing: Omit<Election, 'leases'> = { fencedBrokers: [], partitionsChanged: 0, isComplete: true };

export async function electLeaders(database: CellDatabase, proposer: BrokerLifeId): Elected {
  const look = (text: string, values: readonly unknown[]) =>
    database.read<ProposerRow>('electLeaders', text, values);
  const { problem, isNeeded, leases } = await lookAt(look, proposer);
  if (problem !== null) return problem;
  if (!isNeeded) return { ok: true, value: { ...nothing, leases } };
  const elected = await database.mutateAlone('electLeaders', (mutation) => elect(mutation, proposer));
  return elected ?? { ok: true, value: { ...nothing, leases } };
}

interface ProposerRow extends LeaseRow {
  readonly boot_epoch: number;
  readonly is_fenced: boolean;
  readonly is_needed: boolean;
  readonly leases: readonly LeaseLeft[] | null;
}

/** Whether the proposer may do it, and whether there is anything to do; one statement that touches brokers only. */
async function lookAt(
  query: (text: string, values: readonly unknown[]) => Promise<readonly ProposerRow[]>,
  proposer: BrokerLifeId,
) {
  const [row] = await query(
    `SELECT b.boot_epoch, b.is_fenced, ${leaseColumns},
       EXISTS (SELECT 1 FROM brokers o LEFT JOIN broker_leases ol USING (broker_id)
               WHERE CASE WHEN o.is_fenced THEN o.isr_count > 0 OR o.leader_count > 0
                     ELSE coalesce(ol.lease_until, '-infinity') <= clock_timestamp() END) AS is_needed,
       (SELECT json_agg(json_build_object('brokerId', o.broker_id, 'leftMs', coalesce(
                 extract(epoch FROM ol.lease_until - clock_timestamp())::float8 * 1000, 0)) ORDER BY o.broker_id)
        FROM brokers o LEFT JOIN broker_leases ol USING (broker_id) WHERE NOT o.is_fenced) AS leases
     FROM brokers b LEFT JOIN broker_leases l USING (broker_id) WHERE b.broker_id = $1`,
    [proposer.brokerId],
  );
  const own = row === undefined ? null : { bootEpoch: row.boot_epoch, isFenced: row.is_fenced };
  const lease = row === undefined ? null : leaseFrom(row);
  const problem = proposalProblem(proposer, own, lease, row?.now_ms ?? 0);
  return { problem, isNeeded: row?.is_needed ?? false, leases: row?.leases ?? [] };
}

async function elect(mutation: Mutation, proposer: BrokerLifeId): Elected {
  const { problem, leases } = await lookAt(mutation.query, proposer);
  if (problem !== null) return problem;
  const fencedBrokers = await fenceExpired(mutation);
  const brokers = await readBrokers(mutation);
  const fenced = [...brokers.values()].filter((broker) => broker.isFenced).map((broker) => broker.brokerId);
  // Those without a leader first: clients wait for them.
  const stored = await readPartitions(
    mutation,
    `p.leader = ANY ($1) OR p.isr && $1
     ORDER BY (p.leader = ANY ($1)) DESC, p.topic_id, p.partition LIMIT $2`,
    [fenced, electionPartitionsMax],
  );
  const altered = alteredOf(stored, (facts) => withoutFenced(facts, brokers));
  await writePartitions(mutation, altered);
  const isComplete = await isSettled(mutation);
  return { ok: true, value: { fencedBrokers, partitionsChanged: altered.length, isComplete, leases } };
}

/** Only leases that have run out are locked, so that no living broker's renewal waits for the election. */
async function fenceExpired(mutation: Mutation): Promise<readonly number[]> {
  // A renewal that is under way has made its row one that has not run out, or comes after the fencing.
  const expired = await mutation.query<{ broker_id: number }>(
    `SELECT l.broker_id FROM broker_leases l JOIN brokers b USING (broker_id)
     WHERE NOT b.is_fenced AND l.lease_until <= clock_timestamp() FOR UPDATE OF l`,
  );
  const fenced = await mutation.query<{ broker_id: number }>(
    `UPDATE brokers b SET is_fenced = true, version = $2
     WHERE NOT b.is_fenced AND (b.broker_id = ANY ($1)
       OR NOT EXISTS (SELECT 1 FROM broker_leases l WHERE l.broker_id = b.broker_id))
     RETURNING b.broker_id`,
    [expired.map((row) => row.broker_id), mutation.version],
  );
  if (fenced.length > 0) mutation.changed();
  return fenced.map((row) => row.broker_id).toSorted((one, other) => one - other);
}

async function isSettled(session: Queryable): Promise<boolean> {
  const left = await session.query(
    'SELECT 1 FROM brokers WHERE is_fenced AND (isr_count > 0 OR leader_count > 0) LIMIT 1',
  );
  return left.length === 0;
}
