import { errorCode } from '@weir/kafka-protocol/errors';
import type { DeadlineSubject } from '../group/classic-group.ts';
import type { Scope, Step } from '../group/step.ts';
import { noteLook, raiseEpoch, recordResolved } from './advance.ts';
import type { ConsumerGroup } from './consumer-group.ts';

/** A regular expression of a group, and the topics that its member may know of for which it stands. */
export interface Resolution {
  readonly groupId: string;
  readonly memberId: string;
  readonly pattern: string;
  /** In order. */
  readonly topics: readonly string[];
}

/**
 * The member's regular expression, if somebody is to find out anew for what it stands: topics have come or gone since, or
 * what the member may know of may have changed, of which nobody tells.
 */
export function patternDue(
  step: Step,
  consumer: ConsumerGroup<DeadlineSubject>,
  clusterId: string,
  pattern: string | null,
): string | null {
  if (pattern === null || pattern === '') return null;
  const look = consumer.regexLooks.get(pattern);
  if (look === undefined) return pattern;
  const { regexRefreshMsMin, regexRefreshMsMax } = step.deps.settings;
  const agoMs = step.monotonicMs - look.atMs;
  const isOld = look.version !== step.deps.topicsVersion(clusterId) && agoMs >= regexRefreshMsMin;
  return isOld || agoMs >= regexRefreshMsMax ? pattern : null;
}

/**
 * What a regular expression stands for was found out; members hear of it with their next heartbeats. Where there is no
 * room to keep it, it stands for what it stood for. Answers an error code.
 */
export function regexResolved(step: Step, token: number, scope: Scope, resolution: Resolution): Step {
  const { groupId, memberId, pattern, topics } = resolution;
  const group = step.table.find({ clusterId: scope.clusterId, groupId });
  const consumer = group?.consumer ?? null;
  const member = consumer?.members.get(memberId);
  // It may say something else by now.
  if (group === undefined || consumer === null || member?.subscription.regex !== pattern) {
    return step.reply(token, errorCode('UNKNOWN_MEMBER_ID'));
  }
  if (!step.hasRoom(scope.clusterId, consumer.regexGrowth(pattern, topics))) {
    noteLook(step, group, consumer, pattern);
    return step.reply(token, errorCode('POLICY_VIOLATION'));
  }
  const resolved = recordResolved(step, group, consumer, pattern, topics);
  const changed = { memberId, subscription: member.subscription };
  if (resolved.size > 0)
    raiseEpoch(step, group, { group: consumer, changed, replaced: null, resolved }, true);
  return step.reply(token, 0);
}
