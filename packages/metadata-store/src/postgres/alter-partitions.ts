import { staleBrokerEpoch } from '../broker-rules.ts';
import { decidePartitionChange } from '../partition-rules.ts';
import type { BrokerLifeId, MetadataStore, PartitionChange } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { decideEach } from './partition-rows.ts';

export function alterPartitions(
  database: CellDatabase,
  life: BrokerLifeId,
  changes: readonly PartitionChange[],
): ReturnType<MetadataStore['alterPartitions']> {
  return database.mutate('alterPartitions', async (mutation) => {
    const brokers = await readBrokers(mutation);
    if (brokers.get(life.brokerId)?.bootEpoch !== life.bootEpoch) return staleBrokerEpoch(life.brokerId);
    const outcomes = await decideEach(mutation, changes, (change, facts) =>
      decidePartitionChange(change, facts, life, brokers),
    );
    return { ok: true, value: outcomes };
  });
}
