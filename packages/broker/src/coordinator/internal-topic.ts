import type { ClusterLimits, ClusterRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
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

/** Makes the internal cluster and topic if this cell does not have them yet. */
export async function ensureInternalTopic(metadata: MetadataStore): Promise<void> {
  await metadata.applyCluster(cellCluster);
  const created = await metadata.createTopic({
    clusterId: cellClusterId,
    name: offsetsTopic,
    partitionCount: coordinatorPartitions,
    replicationFactor: 1,
    // The coordinator writes its state anew and drops what lies before it; nothing is cut by age.
    configs: { 'cleanup.policy': 'compact', 'max.message.bytes': String(unlimited.messageBytesMax) },
    validateOnly: false,
  });
  if (!created.ok && created.refusal !== 'TOPIC_ALREADY_EXISTS') {
    throw new Error(`the internal topic ${offsetsTopic} could not be made: ${created.message}`);
  }
}
