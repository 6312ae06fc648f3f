import { Reader } from '@weir/kafka-protocol/reader';
import { type ClassicGroup, type CommittedOffset, metadataFor } from './classic-group.ts';
import type { Step } from './step.ts';

/** One step writes at most about this many tombstones; the next follows at once. */
const tombstonesPerStep = 1_000;

/**
 * Removes offsets whose time is over, and groups of which nothing is left (KIP-211). Returns whether
 * there may be more to do.
 */
export function expireOffsets(step: Step): boolean {
  for (const group of step.table.all()) {
    if (step.recorded.has(group)) continue;
    if (step.records.length >= tombstonesPerStep) return true;
    const expired = expiredOffsets(step, group);
    for (const { topic, partition } of expired) {
      step.record(group, step.encoder.offset(group.name, topic, partition, null));
    }
    const isForgotten = group.state === 'Empty' && group.pendingJoins.size === 0 && group.isDurable;
    if (isForgotten && expired.length === countOffsets(group))
      step.record(group, step.encoder.group(group.name, null));
  }
  return false;
}

/** Tombstones for everything that the log holds of the group. */
export function forgetGroup(step: Step, group: ClassicGroup): void {
  for (const [topic, partitions] of group.offsets) {
    for (const partition of partitions.keys()) {
      step.record(group, step.encoder.offset(group.name, topic, partition, null));
    }
  }
  step.record(group, step.encoder.group(group.name, null));
}

/** Tombstones for what the cluster's groups have committed for a topic that is no more. */
export function forgetTopic(step: Step, clusterId: string, topic: string): void {
  for (const group of step.table.of(clusterId)) {
    for (const partition of group.offsets.get(topic)?.keys() ?? []) {
      step.record(group, step.encoder.offset(group.name, topic, partition, null));
    }
  }
}

interface OffsetName {
  readonly topic: string;
  readonly partition: number;
}

/**
 * An empty group's offsets live on from the moment it became empty, those of a group that never had
 * members from their commit; a stable consumer group loses those of topics that nobody subscribes to
 * any more. In a rebalance, or where the subscriptions cannot be read, nothing expires.
 */
function expiredOffsets(step: Step, group: ClassicGroup): OffsetName[] {
  const subscribed = group.state === 'Stable' ? subscribedTopics(group) : new Set<string>();
  if (subscribed === null || (group.state !== 'Stable' && group.state !== 'Empty')) return [];
  const emptySince = group.state === 'Empty' && group.protocolType !== null ? group.stateTimestamp : -1;
  const expired: OffsetName[] = [];
  for (const [topic, partitions] of group.offsets) {
    if (subscribed.has(topic)) continue;
    for (const [partition, committed] of partitions) {
      if (isExpired(step, committed, emptySince)) expired.push({ topic, partition });
    }
  }
  return expired;
}

function isExpired(step: Step, committed: CommittedOffset, emptySince: number): boolean {
  if (committed.expireTimestamp !== -1) return step.now >= committed.expireTimestamp;
  const since = emptySince === -1 ? committed.commitTimestamp : emptySince;
  return step.now - since >= step.deps.settings.offsetsRetentionMs;
}

function countOffsets(group: ClassicGroup): number {
  let count = 0;
  for (const partitions of group.offsets.values()) count += partitions.size;
  return count;
}

/**
 * What the members of a consumer group subscribe to; null where that cannot be known. The subscription
 * opens with INT16 version and an array of topics in every version (ConsumerProtocolSubscription.json).
 */
export function subscribedTopics(group: ClassicGroup): Set<string> | null {
  if (group.protocolType !== 'consumer') return null;
  const topics = new Set<string>();
  try {
    for (const member of group.members.values()) {
      const reader = new Reader(metadataFor(member, group.protocolName));
      reader.int16();
      for (let left = reader.arrayLength(2); left > 0; left -= 1) topics.add(reader.string());
    }
  } catch {
    // Clients may write what they like here; then only they know what they read.
    return null;
  }
  return topics;
}
