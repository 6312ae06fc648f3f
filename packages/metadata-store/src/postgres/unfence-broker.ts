import { staleBrokerEpoch } from '../broker-rules.ts';
import { withoutFenced } from '../partition-rules.ts';
import type { BrokerLifeId, MetadataStore } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { renewal, renewalValues } from './leases.ts';
import { alteredOf, readPartitions, writePartitions } from './partition-rows.ts';

export function unfenceBroker(
  database: CellDatabase,
  life: BrokerLifeId,
): ReturnType<MetadataStore['unfenceBroker']> {
  const { brokerId, bootEpoch } = life;
  return database.mutate('unfenceBroker', async (mutation) => {
    const brokers = await readBrokers(mutation);
    const current = brokers.get(brokerId);
    if (current?.bootEpoch !== bootEpoch) return staleBrokerEpoch(brokerId);
    await mutation.query(renewal, renewalValues(life));
    if (!current.isFenced) return { ok: true, value: current };
    const broker = { ...current, isFenced: false };
    await mutation.query('UPDATE brokers SET is_fenced = false, version = $2 WHERE broker_id = $1', [
      brokerId,
      mutation.version,
    ]);
    mutation.changed();
    const stored = await readPartitions(mutation, 'p.leader = -1 AND $1 = ANY (p.replicas)', [brokerId]);
    const counted = new Map([...brokers, [brokerId, broker]]);
    const altered = alteredOf(stored, (facts) => withoutFenced(facts, counted));
    await writePartitions(mutation, altered);
    return { ok: true, value: broker };
  });
}
