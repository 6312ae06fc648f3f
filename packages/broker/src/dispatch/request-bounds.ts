import type { ClusterLimits } from '@weir/metadata-store/model';
import {
  partitionRequestBytes,
  produceRequestBytesMin,
  requestBytesMax,
  requestBytesSmallMax,
  requestElementsMin,
} from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';

const produceKey = 0;
/** Assignments and subscriptions of whole groups. */
const groupStateKeys = new Set([11, 14]);

/**
 * Bytes that a request of an API may have, known from the first bytes of its header: what is to be
 * written may be as large as the cluster's batches, everything else grows with the partitions that the
 * cluster may have.
 */
export function requestBytesOf(apiKey: number, limits: ClusterLimits): number {
  if (apiKey === produceKey) {
    // A request carries a batch for each of several partitions.
    return Math.min(Math.max(produceRequestBytesMin, 4 * limits.messageBytesMax), requestBytesMax);
  }
  const forPartitions = requestBytesSmallMax + partitionRequestBytes * limits.partitionsMax;
  const bytes = groupStateKeys.has(apiKey) ? 4 * forPartitions : forPartitions;
  return Math.min(bytes, requestBytesMax);
}

/** Array elements that any one request of the cluster may hold: several for each partition that it may have. */
export function requestElementsOf(limits: ClusterLimits): number {
  return requestElementsMin + 4 * Math.min(limits.partitionsMax, 1_000_000);
}

/** JoinGroup, Heartbeat, LeaveGroup, SyncGroup, ConsumerGroupHeartbeat, ShareGroupHeartbeat: late, they cost their group a rebalance. */
const urgentKeys = new Set([11, 12, 13, 14, 68, 76]);

/** Whether the request goes before the others of its cluster. */
export function isUrgent(frame: Frame | undefined): boolean {
  return frame !== undefined && frame.length >= 2 && urgentKeys.has(frame.buffer.readInt16BE(0));
}
