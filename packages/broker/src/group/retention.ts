import { Reader } from '@weir/kafka-protocol/reader';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { ConsumerGroup } from '../consumer-group/consumer-group.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { type ClassicGroup, type CommittedOffset, metadataFor } from './classic-group.ts';
import type { Step } from './step.ts';

/** One step writes at most about this many tombstones, and looks at about so many offsets; the next follows at once. */
const tombstonesPerStep = 1_000;
const offsetsPerStep = 20_000;

/**
 * Goes through all groups and removes offsets whose time is over or whose topic is no more, and groups of
 * which nothing is left (KIP-211), a step at a time.
 */
export class RetentionSweep {
  private groups: Iterator<ClassicGroup> | null = null;
  /** A group that has more to remove than one step takes. */
  private unfinished: ClassicGroup | null = null;

  /** The next step begins anew: something has changed that groups already gone through may care about. */
  restart(): void {
    this.groups = null;
    this.unfinished = null;
  }

  /** Returns whether there is more to do. */
  run(step: Step): boolean {
    this.groups ??= step.table.all()[Symbol.iterator]();
    for (let visited = 0; visited < offsetsPerStep && step.records.length < tombstonesPerStep; ) {
      const group = this.unfinished ?? this.next();
      if (group === null) return false;
      // What this step has recorded of a group is not replayed yet; the next one goes on with it.
      if (step.recorded.has(group)) {
        this.unfinished = group;
        return true;
      }
      visited += 1 + countOffsets(group);
      this.unfinished = expireGroup(step, group) ? group : null;
    }
    return true;
  }

  private next(): ClassicGroup | null {
    const next = this.groups?.next();
    if (next !== undefined && next.done !== true) return next.value;
    this.groups = null;
    return null;
  }
}

/** Returns whether the group has more to remove than a step takes. */
function expireGroup(step: Step, group: ClassicGroup): boolean {
  // It may have been forgotten since its turn was noted.
  if (step.table.find(group.name) !== group) return false;
  const isEmpty = group.isEmpty && group.pendingJoins.size === 0;
  if (isEmpty && group.isDurable && !step.deps.hasCluster(group.name.clusterId)) {
    return forgetGroup(step, group, tombstonesPerStep);
  }
  const expired = expiredOffsets(step, group);
  for (const { topic, partition } of expired) {
    step.record(group, step.encoder.offset(group.name, topic, partition, null));
  }
  if (expired.length === tombstonesPerStep) return true;
  // A group that only just became empty is often wanted again, and goes on counting its generations then.
  const isOld = step.now - group.stateTimestamp >= step.deps.settings.offsetsRetentionCheckMs;
  const isForgotten = isEmpty && group.isDurable && isOld && group.pending.isEmpty;
  if (isForgotten && expired.length === countOffsets(group)) step.record(group, endOf(step, group));
  return false;
}

/**
 * Tombstones for everything that the log holds of the group, for at most so many offsets; the group's own with
 * the last of them. Returns whether there are more.
 */
export function forgetGroup(step: Step, group: ClassicGroup, offsetsMax: number): boolean {
  let left = offsetsMax;
  for (const [topic, partitions] of group.offsets) {
    for (const partition of partitions.keys()) {
      if (left === 0) return true;
      step.record(group, step.encoder.offset(group.name, topic, partition, null));
      left -= 1;
    }
  }
  for (const pending of group.pending.all()) step.record(group, step.encoder.pendingEnd(group.name, pending));
  step.record(group, endOf(step, group));
  return false;
}

/** The tombstone by which a group ends with all that belongs to it. */
function endOf(step: Step, { consumer, name }: ClassicGroup): CoordinatorRecord {
  return consumer === null ? step.encoder.group(name, null) : step.consumerEncoder.epoch(name, null);
}

interface OffsetName {
  readonly topic: string;
  readonly partition: number;
}

/**
 * An empty group's offsets live on from the moment it became empty, those of a group that never had
 * members from their commit; a stable consumer group loses those of topics that nobody subscribes to
 * any more, and so does one of the new protocol at any time. In a rebalance, or where the subscriptions cannot be read, only what was committed for a topic
 * that is no more goes, as it goes from every group. At most as many as a step removes.
 */
function expiredOffsets(step: Step, group: ClassicGroup): OffsetName[] {
  const isKnown = group.consumer !== null || group.state === 'Stable';
  const subscribed = isKnown ? subscribedTopics(group) : new Set<string>();
  const mayExpire = subscribed !== null && (isKnown || group.state === 'Empty');
  const emptySince = group.state === 'Empty' && group.protocolType !== null ? group.stateTimestamp : -1;
  const expired: OffsetName[] = [];
  for (const [topic, partitions] of group.offsets) {
    const topicId = step.deps.topicIdOf(group.name.clusterId, topic);
    const isTimed = mayExpire && !subscribed.has(topic);
    for (const [partition, committed] of partitions) {
      // What becomes of it is not decided.
      if (group.pending.has(topic, partition)) continue;
      if (!isVoid(committed, topicId) && !(isTimed && isExpired(step, committed, emptySince))) continue;
      expired.push({ topic, partition });
      if (expired.length === tombstonesPerStep) return expired;
    }
  }
  return expired;
}

/** Whether the commit is for a topic that is no more, also where another has its name. Old commits do not tell of which. */
function isVoid(committed: CommittedOffset, topicId: string | null): boolean {
  if (topicId === null) return true;
  return topicId !== zeroUuid && committed.topicId !== zeroUuid && committed.topicId !== topicId;
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
  if (group.consumer !== null) return subscribedByConsumers(group.consumer);
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

function subscribedByConsumers(consumer: ConsumerGroup<unknown>): Set<string> {
  const topics = new Set(consumer.subscriberCounts.keys());
  for (const resolved of consumer.regexes.values()) for (const topic of resolved.topics) topics.add(topic);
  return topics;
}
