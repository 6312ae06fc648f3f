import { staleBrokerEpoch } from '../broker-rules.ts';
import type { PartitionRecord } from '../model.ts';
import { decidePartitionChange } from '../partition-rules.ts';
import type { BrokerLifeId, MetadataStore, PartitionChange } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { readPartitions, writePartitions } from './partition-rows.ts';

const keyOf = (one: { readonly topicId: string; readonly partition: number }) =>
  `${one.topicId}/${one.partition}`;

export function alterPartitions(
  database: CellDatabase,
  life: BrokerLifeId,
  changes: readonly PartitionChange[],
): ReturnType<MetadataStore['alterPartitions']> {
  return database.mutate('alterPartitions', async (mutation) => {
    const brokers = await readBrokers(mutation);
    if (brokers.get(life.brokerId)?.bootEpoch !== life.bootEpoch) return staleBrokerEpoch(life.brokerId);
    const stored = await readPartitions(
      mutation,
      '(p.topic_id, p.partition) IN (SELECT * FROM unnest($1::text[], $2::int[]))',
      [changes.map((change) => change.topicId), changes.map((change) => change.partition)],
    );
    const known = new Map(stored.map((each) => [keyOf(each), each]));
    const altered = new Map<string, PartitionRecord>();
    const outcomes = changes.map((change) => {
      const key = keyOf(change);
      const facts = known.get(key)?.facts;
      const record = altered.get(key) ?? facts?.record;
      const now = facts === undefined || record === undefined ? null : { ...facts, record };
      const outcome = decidePartitionChange(change, now, life, brokers);
      if (outcome.ok) altered.set(key, outcome.value);
      return outcome;
    });
    await writePartitions(
      mutation,
      stored.flatMap(({ topicId, partition, facts }) => {
        const after = altered.get(keyOf({ topicId, partition }));
        return after === undefined ? [] : [{ topicId, partition, before: facts.record, after }];
      }),
    );
    return { ok: true, value: outcomes };
  });
}
