import type { AskedReassignment, MetadataStore } from '../port.ts';
import { decideReassignment, mustBeFew } from '../reassignment-rules.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { decideEach } from './partition-rows.ts';

export async function reassignPartitions(
  database: CellDatabase,
  asked: readonly AskedReassignment[],
): ReturnType<MetadataStore['reassignPartitions']> {
  mustBeFew(asked);
  return database.mutate('reassignPartitions', async (mutation) => {
    const brokers = await readBrokers(mutation);
    return decideEach(mutation, asked, (each, facts) => decideReassignment(each, facts, brokers));
  });
}
