import type { ConsumerGroupHeartbeatRequest } from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import type { Step } from '../group/step.ts';
import { awayEpoch, type ConsumerGroup, type ConsumerMember } from './consumer-group.ts';
import { ownsOnly } from './reconcile.ts';
import type { Refusal } from './request-problem.ts';

/** Which member a heartbeat is of. */
export interface Place {
  readonly memberId: string;
  /** As it is in the group; null: it comes now. */
  readonly present: ConsumerMember | null;
  /** The static member of its name that was away, whose place it takes. */
  readonly replaced: ConsumerMember | null;
}

/** Who joins: somebody new, a member that begins again, or a static one that takes up its place. */
export function joiningMember(
  step: Step,
  group: ConsumerGroup<unknown> | null,
  request: ConsumerGroupHeartbeatRequest,
): Place | Refusal {
  const { instanceId } = request;
  const memberId = request.memberId === '' ? step.deps.newUuid() : request.memberId;
  const present = group?.members.get(memberId) ?? null;
  const namesake = instanceId === null ? null : (group?.staticMember(instanceId) ?? null);
  if (present === null && namesake === null && (group?.members.size ?? 0) >= step.deps.settings.membersMax) {
    const message = `The consumer group has reached its maximum capacity of ${step.deps.settings.membersMax} members.`;
    return { error: 'GROUP_MAX_SIZE_REACHED', message };
  }
  if (namesake === null || namesake.memberId === memberId) return { memberId, present, replaced: null };
  if (namesake.current.epoch !== awayEpoch) {
    const message = `Static member ${memberId} with instance id ${instanceId} was not able to join the group because the instance id is owned by member ${namesake.memberId}.`;
    return { error: 'UNRELEASED_INSTANCE_ID', message };
  }
  return { memberId, present, replaced: namesake };
}

/** The member that the heartbeat is of; refuses who is unknown, or is not where the coordinator believes it to be. */
export function presentMember(
  group: ConsumerGroup<unknown> | null,
  request: ConsumerGroupHeartbeatRequest,
): Place | Refusal {
  const found = findMember(group, request);
  if ('error' in found) return found;
  const { current, memberId } = found;
  const { memberEpoch, topicPartitions } = request;
  const place = { memberId, present: found, replaced: null };
  if (memberEpoch === current.epoch) return place;
  const fenced = (why: string): Refusal => ({
    error: 'FENCED_MEMBER_EPOCH',
    message: `The consumer group member has a ${why} member epoch (${memberEpoch}) than the one known by the group coordinator (${current.epoch}). The member must abandon all its partitions and rejoin.`,
  });
  if (memberEpoch > current.epoch) return fenced('greater');
  // The answer that told of the newer epoch was lost: it goes on, if it owns nothing that it should not.
  const owned = topicPartitions && new Map(topicPartitions.map((of) => [of.topicId, of.partitions]));
  const isBehind = memberEpoch === current.previousEpoch && ownsOnly(owned, current.assigned);
  return isBehind ? place : fenced('smaller');
}

/** By id, or by static name, which one member id has at a time (KIP-345). */
export function findMember(
  group: ConsumerGroup<unknown> | null,
  { groupId, memberId, instanceId }: ConsumerGroupHeartbeatRequest,
): ConsumerMember | Refusal {
  const unknown = (who: string): Refusal => ({
    error: 'UNKNOWN_MEMBER_ID',
    message: `${who} is not a member of group ${groupId}.`,
  });
  if (instanceId === null) return group?.members.get(memberId) ?? unknown(`Member ${memberId}`);
  const namesake = group?.staticMember(instanceId);
  if (namesake === undefined) return unknown(`Instance id ${instanceId}`);
  if (namesake.memberId === memberId) return namesake;
  const message = `Static member ${memberId} with instance id ${instanceId} was fenced by member ${namesake.memberId}.`;
  return { error: 'FENCED_INSTANCE_ID', message };
}
