import type { ConsumerGroupHeartbeatRequest } from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import type { ClassicGroup, DeadlineSubject } from '../group/classic-group.ts';
import type { Step } from '../group/step.ts';
import { dropUnusedRegexes, raiseEpoch } from './advance.ts';
import { awayEpoch, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts';
import type { HeartbeatAnswer } from './heartbeat.ts';
import { findMember } from './members.ts';
import { nothingHeld } from './partitions.ts';
import { noSuchGroup, type Refusal } from './request-problem.ts';

/** The member leaves for good (−1) or, as a static one, for a while (−2): then its place is kept for its session. */
export function leave(
  step: Step,
  group: ClassicGroup | undefined,
  request: ConsumerGroupHeartbeatRequest,
): HeartbeatAnswer | Refusal {
  const consumer = group?.consumer ?? null;
  if (group === undefined || consumer === null) return noSuchGroup(group, request);
  const found = findMember(consumer, request);
  if ('error' in found) return found;
  if (request.memberEpoch === awayEpoch) goAway(step, group, consumer, found);
  else removeMember(step, group, consumer, found);
  const { memberId, memberEpoch } = request;
  const response = { throttleTimeMs: 0, errorCode: 0, memberId, memberEpoch, heartbeatIntervalMs: 0 };
  return { response, patternDue: null };
}

function goAway(
  step: Step,
  group: ClassicGroup,
  consumer: ConsumerGroup<DeadlineSubject>,
  member: ConsumerMember,
): void {
  const { memberId, current } = member;
  const rebalance = consumer.rebalances.get(memberId);
  if (rebalance !== undefined) step.table.deadlines.cancel(rebalance);
  const away = { ...current, epoch: awayEpoch, pendingRevocation: nothingHeld };
  step.record(group, step.consumerEncoder.current(group.name, memberId, away));
}

/** The member is out, and the others share what it had. */
export function removeMember(
  step: Step,
  group: ClassicGroup,
  consumer: ConsumerGroup<DeadlineSubject>,
  { memberId }: ConsumerMember,
): void {
  step.record(group, step.consumerEncoder.member(group.name, memberId, null));
  const changed = { memberId, subscription: null };
  const next = { group: consumer, changed, replaced: null, resolved: new Map() };
  dropUnusedRegexes(step, group, next);
  raiseEpoch(step, group, next, true);
  // Its offsets, and the group, are kept for a while from here on.
  if (consumer.members.size === 1) group.stateTimestamp = step.now;
}

/** The member was not heard of for its session's time. */
export function consumerSessionPassed(step: Step, group: ClassicGroup, memberId: string): void {
  const { consumer } = group;
  const member = consumer?.members.get(memberId);
  if (consumer !== null && member !== undefined) removeMember(step, group, consumer, member);
}

/** The member has not let go of what is to be another's. */
export function consumerRebalancePassed(step: Step, group: ClassicGroup, memberId: string): void {
  const { consumer } = group;
  const member = consumer?.members.get(memberId);
  if (consumer !== null && member?.current.state === 'unrevoked') removeMember(step, group, consumer, member);
}
