import {
  type LimitUse,
  type PerSharedLimit,
  type SharedLimit,
  sharedLimits,
} from '@weir/metadata-store/limit-rules';
import { perLimit } from '@weir/metadata-store/limit-shares';
import type { LogicalCluster } from './logical-cluster.ts';

/** From this part of an even share on, what a cluster uses here is told: others may have to give up some of theirs. */
const toldShare = 0.75;
/** What the cluster uses of its limits on this broker, and would use. */
export function usesOf(cluster: LogicalCluster): PerSharedLimit<LimitUse> {
  return perLimit((limit) => ({ wanted: wantedOf(cluster, limit), inUse: inUseOf(cluster, limit) }));
}

/** Whether the cluster uses more of a limit here than the other brokers need not know of. */
export function usesMuch(cluster: LogicalCluster): boolean {
  for (const limit of sharedLimits)
    if (wantedOf(cluster, limit) > cluster.shares.even(limit) * toldShare) return true;
  return cluster.clientQuotas.usesMuch;
}

function inUseOf(cluster: LogicalCluster, limit: SharedLimit): number {
  switch (limit) {
    case 'connectionsMax':
    case 'groupsMax':
    case 'storedBytesMax':
      return cluster.inUse(limit);
    default:
      // What was used of a rate is no longer in use.
      return 0;
  }
}

function wantedOf(cluster: LogicalCluster, limit: SharedLimit): number {
  const { shares, demands } = cluster;
  switch (limit) {
    case 'ingressBytesPerSecMax':
    case 'egressBytesPerSecMax':
    case 'requestsPerSecMax':
      return demands[limit].wanted(shares.whole(limit));
    case 'storedBytesMax':
      return cluster.storedBytes;
    case 'connectionsMax':
    case 'groupsMax': {
      const inUse = inUseOf(cluster, limit);
      // Room for more is what nobody wants; of the last that is left nobody keeps any in reserve.
      const more = shares.short.has(limit) ? Math.max(shares.even(limit), 1) : 0;
      return Math.min(inUse + more, shares.whole(limit));
    }
  }
}
