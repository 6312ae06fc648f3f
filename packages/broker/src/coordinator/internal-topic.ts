import type { ClusterLimits, ClusterRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Deps } from '../deps.ts';
import { coordinatorPartitions } from '../limits.ts';

/** The cell's own cluster: no credential leads into it, so no client ever sees what lies there. */
export const cellClusterId = 'cell';
export const offsetsTopic = '__consumer_offsets';
export const transactionsTopic = '__transaction_state';
const internalTopics = [offsetsTopic, transactionsTopic];

const unlimited: ClusterLimits = {
  ingressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
  egressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
  requestsPerSecMax: Number.MAX_SAFE_INTEGER,
  connectionsMax: 0,
  partitionsMax: internalTopics.length * coordinatorPartitions,
  groupsMax: 0,
  aclsMax: 0,
  messageBytesMax: 100 * 1024 * 1024,
  storedBytesMax: Number.MAX_SAFE_INTEGER,
};

const cellCluster: ClusterRecord = {
  id: cellClusterId,
  limits: unlimited,
  autoCreateTopics: false,
  intentVersion: 2,
};

/**
 * Makes the internal cluster and topics if this cell does not have them yet; in a cell that is to have several
 * brokers, once there are enough for the topics' replicas.
 */
export async function ensureInternalTopics(
  deps: Pick<Deps, 'metadata' | 'clock' | 'log'>,
  cellBrokers: number,
): Promise<void> {
  await deps.metadata.applyCluster(cellCluster);
  for (const topic of internalTopics) await ensureTopic(deps, topic, cellBrokers);
}

async function ensureTopic(
  { metadata, clock, log }: Pick<Deps, 'metadata' | 'clock' | 'log'>,
  topic: string,
  cellBrokers: number,
): Promise<void> {
  for (let isWaiting = false; ; isWaiting = true) {
    const created = await createTopic(metadata, topic, Math.min(cellBrokers, replicasUsual));
    if (created.ok || created.refusal === 'TOPIC_ALREADY_EXISTS') return;
    if (created.refusal !== 'INVALID_REPLICATION_FACTOR')
      throw new Error(`the internal topic ${topic} could not be made: ${created.message}`);
    if (!isWaiting) log.info('cell.waits-for-brokers', { cellBrokers });
    await new Promise<void>((resolve) => clock.after(brokersWaitMs, resolve));
  }
}

/** Kafka's offsets.topic.replication.factor and transaction.state.log.replication.factor. */
const replicasUsual = 3;
const brokersWaitMs = 100;

function createTopic(metadata: MetadataStore, name: string, replicationFactor: number) {
  return metadata.createTopic({
    clusterId: cellClusterId,
    name,
    partitionCount: coordinatorPartitions,
    replicationFactor,
    // The coordinator writes its state anew and drops what lies before it; nothing is cut by age.
    configs: { 'cleanup.policy': 'compact', 'max.message.bytes': String(unlimited.messageBytesMax) },
    validateOnly: false,
  });
}
