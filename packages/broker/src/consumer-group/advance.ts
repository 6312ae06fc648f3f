import type { ClassicGroup, DeadlineSubject } from '../group/classic-group.ts';
import type { Step } from '../group/step.ts';
import {
  assignmentBytes,
  type ConsumerGroup,
  type ConsumerMember,
  type ResolvedRegex,
  type Subscription,
} from './consumer-group.ts';
import type { Place } from './members.ts';
import { noPartitions, type Partitions, samePartitions } from './partitions.ts';
import { type Current, joining, reconcile } from './reconcile.ts';
import {
  assignmentInput,
  metadataHash,
  type NextGroup,
  patternsOf,
  subscribedNames,
} from './subscriptions.ts';
import { assignors } from './uniform-assignor.ts';

/** A heartbeat that is taken. */
export interface Beat {
  readonly group: ClassicGroup;
  readonly consumer: ConsumerGroup<DeadlineSubject>;
  readonly place: Place;
  readonly subscription: Subscription;
  /** What the member says that it owns; null: nothing of it has changed. */
  readonly owned: Partitions | null;
  readonly resolved: readonly string[] | null;
}

export interface Advanced {
  /** Where the member is from now on. */
  readonly current: Current;
  /** Whether the newest assignment is that of the group's epoch. */
  readonly isSettled: boolean;
}

/** Takes over what the member says, assigns anew if that is due, and takes the member a step towards its part. */
export function advance(step: Step, beat: Beat): Advanced {
  const { group, consumer, place, subscription } = beat;
  const { memberId, present, replaced } = place;
  const encoder = step.consumerEncoder;
  if (replaced !== null) step.record(group, encoder.member(group.name, replaced.memberId, null));
  if (present === null || !saysSame(present.subscription, subscription)) {
    step.record(group, encoder.member(group.name, memberId, subscription));
  }
  const resolved = recordRegex(step, beat);
  const next = { group: consumer, changed: { memberId, subscription }, replaced, resolved };
  dropUnusedRegexes(step, group, next);
  const isChanged = resolved.size > 0 || !subscribesSame((present ?? replaced)?.subscription, subscription);
  const epoch = raiseEpoch(step, group, next, isChanged);
  const former = (present ?? replaced)?.target ?? noPartitions;
  const assigned = epoch > consumer.assignmentEpoch ? assign(step, group, next, epoch) : null;
  const target = assigned?.get(memberId) ?? former;
  if (present === null ? target.size > 0 : !samePartitions(former, target)) {
    step.record(group, encoder.target(group.name, memberId, target));
  }
  const assignmentEpoch = assigned === null ? consumer.assignmentEpoch : epoch;
  const current = stepOf(beat, target, assignmentEpoch);
  if (current !== present?.current) step.record(group, encoder.current(group.name, memberId, current));
  return { current, isSettled: assignmentEpoch === epoch };
}

/** The member's own step towards its target. */
function stepOf({ consumer, place, owned }: Beat, target: Partitions, targetEpoch: number): Current {
  const { memberId, present, replaced } = place;
  const former = (present ?? replaced)?.current ?? joining;
  // Who was away, or takes up somebody's place, begins with what is kept for it.
  const current = replaced !== null || former.epoch < 0 ? { ...former, epoch: 0, previousEpoch: 0 } : former;
  const isFree = (topicId: string, partition: number) =>
    consumer.isFree(topicId, partition, memberId) ||
    (replaced !== null && consumer.isFree(topicId, partition, replaced.memberId));
  return reconcile({ current, target, targetEpoch, owned, isFree });
}

function saysSame(one: Subscription, other: Subscription): boolean {
  return (
    subscribesSame(one, other) &&
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.serverAssignor === other.serverAssignor
  );
}

function subscribesSame(one: Subscription | undefined, other: Subscription): boolean {
  return (
    one !== undefined &&
    one.regex === other.regex &&
    one.topicNames.length === other.topicNames.length &&
    one.topicNames.every((name, index) => name === other.topicNames[index])
  );
}

/** What the request's regular expression was found to stand for, if that is not known yet. */
function recordRegex(step: Step, beat: Beat): ReadonlyMap<string, ResolvedRegex> {
  const { group, consumer, subscription, resolved: topics } = beat;
  const { regex } = subscription;
  if (regex === null || regex === '' || topics === null) return new Map();
  return recordResolved(step, group, consumer, regex, topics);
}

/** Notes that the regular expression stands for these topics; returns it if that is something new. */
export function recordResolved(
  step: Step,
  group: ClassicGroup,
  consumer: ConsumerGroup<DeadlineSubject>,
  pattern: string,
  topics: readonly string[],
): ReadonlyMap<string, ResolvedRegex> {
  noteLook(step, group, consumer, pattern);
  const known = consumer.regexes.get(pattern);
  const isKnown =
    known?.topics.length === topics.length && known.topics.every((name, index) => name === topics[index]);
  if (isKnown) return new Map();
  const resolved = { topics, timestamp: step.now };
  step.record(group, step.consumerEncoder.regex(group.name, pattern, resolved));
  return new Map([[pattern, resolved]]);
}

/** It was found out just now what the regular expression stands for: nobody needs to again for a while. */
export function noteLook(
  step: Step,
  group: ClassicGroup,
  consumer: ConsumerGroup<DeadlineSubject>,
  pattern: string,
): void {
  const version = step.deps.topicsVersion(group.name.clusterId);
  consumer.regexLooks.set(pattern, { version, atMs: step.monotonicMs });
}

export function dropUnusedRegexes(step: Step, group: ClassicGroup, next: NextGroup): void {
  if (next.group.regexes.size === 0) return;
  const used = patternsOf(next);
  for (const pattern of next.group.regexes.keys()) {
    if (!used.has(pattern)) step.record(group, step.consumerEncoder.regex(group.name, pattern, null));
  }
}

/** The group's epoch, one higher if what is to be assigned, or to whom, has changed. */
export function raiseEpoch(step: Step, group: ClassicGroup, next: NextGroup, isChanged: boolean): number {
  const { group: consumer } = next;
  const { clusterId } = group.name;
  const version = step.deps.topicsVersion(clusterId);
  if (!isChanged && consumer.topicsVersion === version) return consumer.epoch;
  const hash = metadataHash(subscribedNames(next), { clusterId, topicOf: step.deps.topicOf });
  consumer.topicsVersion = version;
  if (!isChanged && hash === consumer.metadataHash) return consumer.epoch;
  const epoch = consumer.epoch + 1;
  step.record(group, step.consumerEncoder.epoch(group.name, { epoch, metadataHash: hash }));
  return epoch;
}

/**
 * Makes the assignment of the epoch, and records whose part has changed; that of the member that asks is its caller's to
 * record. Null where it is not made now: one was made a moment ago, as many members may come at once, or
 * there is no room to keep it.
 */
function assign(
  step: Step,
  group: ClassicGroup,
  next: NextGroup,
  epoch: number,
): Map<string, Partitions> | null {
  const { group: consumer } = next;
  const { clusterId } = group.name;
  const { consumerAssignmentIntervalMs } = step.deps.settings;
  if (step.monotonicMs - consumer.assignedAtMs < consumerAssignmentIntervalMs) return null;
  const { members, counts, total } = assignmentInput(next, { clusterId, topicOf: step.deps.topicOf });
  if (!step.hasRoom(clusterId, assignmentBytes(total - consumer.assignedCount()))) return null;
  const assignment = assignors[consumer.assignor(next.changed)](members, counts);
  for (const [memberId, target] of assignment) {
    const member: ConsumerMember | undefined = consumer.members.get(memberId);
    if (memberId === next.changed.memberId || samePartitions(member?.target ?? noPartitions, target))
      continue;
    step.record(group, step.consumerEncoder.target(group.name, memberId, target));
  }
  consumer.assignedAtMs = step.monotonicMs;
  const made = { assignmentEpoch: epoch, assignmentTimestamp: step.now };
  step.record(group, step.consumerEncoder.assignment(group.name, made));
  return assignment;
}
