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
 * How many distinct partitions a request about a group's offsets may name: as many as the cluster may have,
 * or has from a time when it might have more.
 */
export function partitionsAskedMax(cluster: LogicalCluster): number {
  let present = 0;
  for (const topic of cluster.topicsById.values()) present += topic.partitions.length;
  return Math.max(cluster.record.limits.partitionsMax, present);
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
  const throttleMs = cluster.ingress.charge(bytesWritten, context.services.deps.clock.monotonicMs());
  if (throttleMs > 0) cluster.reachedLimits.reached('ingressBytesPerSecMax');
  return throttleMs;
}
