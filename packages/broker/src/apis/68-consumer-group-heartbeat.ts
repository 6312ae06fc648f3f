import {
  type ConsumerGroupHeartbeatRequest,
  type ConsumerGroupHeartbeatResponse,
  consumerGroupHeartbeatApi,
} from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { type HeartbeatAnswer, refusedHeartbeat } from '../consumer-group/heartbeat.ts';
import { requestProblem } from '../consumer-group/request-problem.ts';
import { defaultGroupSettings } from '../group/settings.ts';
import { chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';

/** ConsumerGroupHeartbeat (KIP-848): a member of the new group protocol joins, goes on and leaves. v1 knows regular expressions. */
export const consumerGroupHeartbeat: Handler<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse> =
  {
    api: consumerGroupHeartbeatApi,
    advertised: { min: 0, max: 1 },
    handle,
  };

function refuse(error: ErrorName, message: string | null = null): Reply<ConsumerGroupHeartbeatResponse> {
  return reply(refusedHeartbeat(errorCode(error), message));
}

async function handle(
  context: RequestContext,
  request: ConsumerGroupHeartbeatRequest,
): Promise<Reply<ConsumerGroupHeartbeatResponse>> {
  const { groupId, subscribedTopicRegex } = request;
  if (!isAllowed(context, 'READ', 'GROUP', groupId)) return refuse('GROUP_AUTHORIZATION_FAILED');
  for (const topic of request.subscribedTopicNames ?? []) {
    if (!isAllowed(context, 'DESCRIBE', 'TOPIC', topic)) return refuse('TOPIC_AUTHORIZATION_FAILED');
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const scope = groupScope(context);
  // Before the work that a regular expression may be.
  const problem = requestProblem(scope, request, defaultGroupSettings);
  if (problem !== null) return refuse(problem.error, problem.message);
  const resolved =
    subscribedTopicRegex === null || subscribedTopicRegex === ''
      ? null
      : await resolve(context, subscribedTopicRegex);
  if (resolved === 'busy') return refuse('COORDINATOR_LOAD_IN_PROGRESS');
  if (resolved === 'invalid') {
    const message = `SubscribedTopicRegex ${subscribedTopicRegex} is not a valid regular expression.`;
    return refuse('INVALID_REGULAR_EXPRESSION', message);
  }
  const answer = await context.services.groups.run<HeartbeatAnswer>(
    scope.clusterId,
    groupId,
    (shard, now, token) => shard.consumerHeartbeat(now, token, scope, request, resolved),
  );
  if (!answer.ok) return refuse(answer.error);
  const { response, patternDue } = answer.response;
  const memberId = response.memberId ?? '';
  const bytesSince = patternDue === null ? 0 : await resolveAgain(context, groupId, memberId, patternDue);
  const throttleTimeMs = chargeGroupRecords(context, answer.bytesWritten + bytesSince);
  return reply({ ...response, throttleTimeMs }, throttleTimeMs);
}

/** The topics that the pattern stands for, among those that who asks may know of. */
async function resolve(
  context: RequestContext,
  pattern: string,
): Promise<readonly string[] | 'invalid' | 'busy'> {
  const { cluster } = context.identity;
  const topics: string[] = [];
  for (const name of cluster.topicsByName.keys()) {
    if (isAllowed(context, 'DESCRIBE', 'TOPIC', name)) topics.push(name);
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const { workers, log } = context.services.deps;
  try {
    return (await workers.matchNames(cluster.id, { pattern, names: topics })) ?? 'invalid';
  } catch (cause) {
    // Too many of the cluster's wait, or it took longer than a job may: the member comes again.
    log.warn('group.pattern.unresolved', { clusterId: cluster.id }, cause);
    return 'busy';
  }
}

/** Tells the group for what its member's pattern stands by now; returns how many bytes of its log that took. */
async function resolveAgain(
  context: RequestContext,
  groupId: string,
  memberId: string,
  pattern: string,
): Promise<number> {
  const topics = await resolve(context, pattern);
  if (topics === 'invalid' || topics === 'busy') return 0;
  const scope = groupScope(context);
  const answer = await context.services.groups.run<number>(scope.clusterId, groupId, (shard, now, token) =>
    shard.regexResolved(now, token, scope, { groupId, memberId, pattern, topics }),
  );
  return answer.ok ? answer.bytesWritten : 0;
}
