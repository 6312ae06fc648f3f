import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { forgetShareGroup } from '../share-group/sweep.ts';
import { forgetGroup, subscribedTopics } from './retention.ts';
import type { Scope, Step } from './step.ts';

/** One step deletes at most so many offsets; the caller asks again while there are more. */
const offsetsPerStep = 1_000;

/** DeleteGroups of one group, which must have no members; a large one takes several steps, its offsets first. */
export function deleteGroup(step: Step, token: number, scope: Scope, groupId: string): Step {
  const group = step.table.find({ clusterId: scope.clusterId, groupId });
  const answer = (error: ErrorName, isMore = false) =>
    step.reply(token, { errorCode: errorCode(error), isMore });
  const shared = step.table.shares.find({ clusterId: scope.clusterId, groupId });
  if (shared !== undefined) {
    if (shared.members.size > 0) return answer('NON_EMPTY_GROUP');
    return answer('NONE', forgetShareGroup(step, shared, offsetsPerStep));
  }
  if (group === undefined) return answer('GROUP_ID_NOT_FOUND');
  if (!group.isEmpty) return answer('NON_EMPTY_GROUP');
  return answer('NONE', forgetGroup(step, group, offsetsPerStep));
}

export interface OffsetDeletion {
  readonly groupId: string;
  readonly topic: string;
  /** Distinct. */
  readonly partitions: readonly number[];
}

/** OffsetDelete of one topic's partitions. What the group subscribes to stays; a group that is no consumer's must be empty. */
export function deleteOffsets(step: Step, token: number, scope: Scope, deletion: OffsetDeletion): Step {
  const { groupId, topic, partitions } = deletion;
  const group = step.table.find({ clusterId: scope.clusterId, groupId });
  const answer = (groupError: ErrorName, error: ErrorName = 'NONE') =>
    step.reply(token, { groupError: errorCode(groupError), error: errorCode(error) });
  if (group === undefined) return answer('GROUP_ID_NOT_FOUND');
  const { isEmpty } = group;
  if (!isEmpty && group.consumer === null && group.protocolType !== 'consumer')
    return answer('NON_EMPTY_GROUP');
  // Where the subscriptions cannot be read, any topic may be among them.
  const subscribed = isEmpty ? new Set<string>() : subscribedTopics(group);
  if (subscribed === null || subscribed.has(topic)) return answer('NONE', 'GROUP_SUBSCRIBED_TO_TOPIC');
  const committed = group.offsets.get(topic);
  for (const partition of partitions) {
    if (committed?.has(partition) !== true) continue;
    step.record(group, step.encoder.offset(group.name, topic, partition, null));
  }
  return answer('NONE');
}
