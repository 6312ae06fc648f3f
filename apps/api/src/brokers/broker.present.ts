import type { Broker, BrokerState } from '@weir/contracts/brokers';
import type { BrokerRecord, TopicRecord } from '@weir/metadata-store/model';
import type { CellBrokerRow } from '@weir/provisioning/cell.store';

/** What a broker has of a cluster's partitions. */
export interface Held {
  leaders: number;
  replicas: number;
  inSync: number;
}

/** By broker. */
export const heldBy = (topics: readonly TopicRecord[]): ReadonlyMap<number, Held> => {
  const held = new Map<number, Held>();
  const of = (brokerId: number): Held => {
    const known = held.get(brokerId) ?? { leaders: 0, replicas: 0, inSync: 0 };
    held.set(brokerId, known);
    return known;
  };
  for (const { partitions } of topics) {
    for (const { isr, leader, replicas } of partitions) {
      for (const brokerId of replicas) of(brokerId).replicas += 1;
      for (const brokerId of isr) of(brokerId).inSync += 1;
      if (leader >= 0) of(leader).leaders += 1;
    }
  }
  return held;
};

/** `record` null: it has never registered with its cell. */
const stateOf = (row: CellBrokerRow, record: BrokerRecord | null): BrokerState => {
  if (row.wanted !== 'RUN' || record?.isCordoned === true) return 'LEAVING';
  if (record === null) return 'STARTING';
  if (row.runningGeneration !== row.generation) return 'RESTARTING';
  return record.isFenced ? 'AWAY' : 'RUNNING';
};

export const presentBroker = (
  row: CellBrokerRow,
  record: BrokerRecord | null,
  held: Held | undefined,
  storedBytes: number | null,
): Broker => ({
  broker_id: row.brokerId,
  state: stateOf(row, record),
  rack: record?.rack ?? null,
  version: record?.programVersion ?? null,
  leaders: held?.leaders ?? 0,
  replicas: held?.replicas ?? 0,
  in_sync: held?.inSync ?? 0,
  stored_bytes: storedBytes,
});
