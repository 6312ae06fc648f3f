import type { ClusterLimits, ClusterRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Deps } from '../deps.ts';
import { coordinatorPartitions } from '../limits.ts';

/** The cell's own cluster: no credential leads into it, so no client ever sees what lies there. */
export const cellClusterId = 'cell';
export const offsetsTopic = '__consumer_offsets';

const unlimited: ClusterLimits = {
  ingressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
  egressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
  requestsPerSecMax: Number.MAX_SAFE_INTEGER,
  connectionsMax: 0,
  partitionsMax: coordinatorPartitions,
  groupsMax: 0,
  aclsMax: 0,
  messageBytesMax: 100 * 1024 * 1024,
  storedBytesMax: Number.MAX_SAFE_INTEGER,
};

const cellCluster: ClusterRecord = {
  id: cellClusterId,
  limits: unlimited,
  autoCreateTopics: false,
  intentVersion: 1,
};

/**
 * Makes the internal cluster and topic if this cell does not have them yet; in a cell that is to have several
 * brokers, once there are enough for the topic's replicas.
 */
export async function ensureInternalTopic(
  { metadata, clock, log }: Pick<Deps, 'metadata' | 'clock' | 'log'>,
  cellBrokers: number,
): Promise<void> {
  await metadata.applyCluster(cellCluster);
  for (let isWaiting = false; ; isWaiting = true) {
    const created = await createOffsetsTopic(metadata, Math.min(cellBrokers, replicasUsual));
    if (created.ok || created.refusal === 'TOPIC_ALREADY_EXISTS') return;
    if (created.refusal !== 'INVALID_REPLICATION_FACTOR')
      throw new Error(`the internal topic ${offsetsTopic} could not be made: ${created.message}`);
    if (!isWaiting) log.info('cell.waits-for-brokers', { cellBrokers });
    await new Promise<void>((resolve) => clock.after(brokersWaitMs, resolve));
  }
}

/** Kafka's offsets.topic.replication.factor. */
const replicasUsual = 3;
const brokersWaitMs = 100;

function createOffsetsTopic(metadata: MetadataStore, replicationFactor: number) {
  return metadata.createTopic({
    clusterId: cellClusterId,
    name: offsetsTopic,
    partitionCount: coordinatorPartitions,
    replicationFactor,
    // The coordinator writes its state anew and drops what lies before it; nothing is cut by age.
    configs: { 'cleanup.policy': 'compact', 'max.message.bytes': String(unlimited.messageBytesMax) },
    validateOnly: false,
  });
}
