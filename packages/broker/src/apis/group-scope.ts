import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import type { RequestContext } from './handler.ts';

/** What the group coordinator needs to know of who asks. */
export function groupScope(context: RequestContext) {
  return {
    clusterId: context.identity.cluster.id,
    clientId: context.clientId,
    clientHost: `/${context.host}`,
    apiVersion: context.apiVersion,
  };
}

/**
 * Whether a request about a group's offsets names more distinct partitions than the cluster may have, or has
 * from a time when it might have more; notes it where it does.
 */
export function asksTooManyPartitions(cluster: LogicalCluster, count: number): boolean {
  if (count <= cluster.record.limits.partitionsMax) return false;
  let present = 0;
  for (const topic of cluster.topicsById.values()) present += topic.record.partitions.length;
  if (count <= present) return false;
  cluster.reachedLimits.reached('partitionsMax');
  return true;
}

/**
 * What a request made the coordinator write counts as the cluster's own ingress and storage. Returns for how
 * long the client is to pause, milliseconds.
 */
export function chargeGroupRecords(context: RequestContext, bytesWritten: number): number {
  if (bytesWritten === 0) return 0;
  const { cluster } = context.identity;
  // Until the next count, which takes the groups' bytes as they then are.
  cluster.storedBytes += bytesWritten;
  return cluster.chargeBytes('ingress', context.identity, bytesWritten, context.clientId);
}
