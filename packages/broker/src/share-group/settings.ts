import type { ShareBounds } from './share-partition.ts';

/** What share groups are allowed and how long they wait: Apache Kafka 4.3's defaults, its name beside each. */
export const shareSettings = {
  /** group.share.max.size */
  membersMax: 200,
  /** group.share.session.timeout.ms */
  sessionTimeoutMs: 45_000,
  /** group.share.heartbeat.interval.ms */
  heartbeatIntervalMs: 5_000,
  /** How often what belongs to topics and clusters that are no more is looked for. */
  sweepMs: 600_000,
} as const;

/** group.share.delivery.count.limit, group.share.partition.max.record.locks, group.share.record.lock.duration.ms */
export const shareBounds: ShareBounds = {
  deliveriesMax: 5,
  recordsInFlightMax: 2_000,
  lockMs: 30_000,
};
