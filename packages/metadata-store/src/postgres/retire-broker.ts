import { staleBrokerEpoch } from '../broker-rules.ts';
import { electionPartitionsMax, withoutFenced } from '../partition-rules.ts';
import type { BrokerLifeId, MetadataStore } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { alteredOf, readPartitions, writePartitions } from './partition-rows.ts';

export function retireBroker(
  database: CellDatabase,
  { brokerId, bootEpoch }: BrokerLifeId,
): ReturnType<MetadataStore['retireBroker']> {
  return database.mutate('retireBroker', async (mutation) => {
    const brokers = await readBrokers(mutation);
    const current = brokers.get(brokerId);
    if (current?.bootEpoch !== bootEpoch) return staleBrokerEpoch(brokerId);
    if (!current.isFenced) {
      const fence = 'UPDATE brokers SET is_fenced = true, version = $2 WHERE broker_id = $1';
      await mutation.query(fence, [brokerId, mutation.version]);
      mutation.changed();
    }
    const counted = new Map([...brokers, [brokerId, { ...current, isFenced: true }]]);
    const leases = await mutation.query<{ broker_id: number }>(
      'SELECT broker_id FROM broker_leases WHERE broker_id <> $1 AND lease_until > clock_timestamp()',
      [brokerId],
    );
    const alive = leases.map((row) => row.broker_id);
    // mustRetireFrom of partition-rules.ts
    const stored = await readPartitions(
      mutation,
      `(p.leader = $1 OR $1 = ANY (p.isr)) AND (p.isr && $3 OR p.eligible_replicas && $3)
       ORDER BY (p.leader = $1) DESC, p.topic_id, p.partition LIMIT $2`,
      [brokerId, electionPartitionsMax, alive],
    );
    await writePartitions(
      mutation,
      alteredOf(stored, (facts) => withoutFenced(facts, counted)),
    );
    return { ok: true, value: { isComplete: stored.length < electionPartitionsMax } };
  });
}
