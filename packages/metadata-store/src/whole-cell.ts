import type { PlacedPartition } from './balance.ts';
import type { BrokerRecord } from './model.ts';
import type { MetadataStore } from './port.ts';

/** All brokers that ever registered, and where every partition is. */
export interface WholeCell {
  readonly brokers: readonly BrokerRecord[];
  readonly partitions: readonly PlacedPartition[];
}

/** Reads all of it: for who moves replicas about, not for a request. */
export async function readWholeCell(store: Pick<MetadataStore, 'changesSince'>): Promise<WholeCell> {
  const { changes } = await store.changesSince(0);
  const brokers = changes.flatMap((change) => (change.kind === 'broker' ? [change.broker] : []));
  const partitions = changes.flatMap((change) =>
    change.kind === 'topic' && change.topic !== null
      ? change.topic.partitions.map((record, partition) => ({ topicId: change.topicId, partition, record }))
      : [],
  );
  return { brokers, partitions };
}
