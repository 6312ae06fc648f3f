import {
  type DeleteTopicsRequest,
  type DeleteTopicsResponse,
  deleteTopicsApi,
} from '@weir/kafka-protocol/apis/20-delete-topics';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { StoreError } from '@weir/metadata-store/port';
import type { Topic } from '../cluster/topic.ts';
import { learnTopics } from './find-topic.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';
import { mutationRefusal, mutationThrottleMs } from './partition-changes.ts';

/** DeleteTopics. Up to v5 by name, from v6 on by name or id (KIP-516); v5 adds a message. */
export const deleteTopics: Handler<DeleteTopicsRequest, DeleteTopicsResponse> = {
  api: deleteTopicsApi,
  advertised: { min: 1, max: 6 },
  handle,
};

const undecided = 'The metadata store did not answer. Try again.';

type TopicResult = DeleteTopicsResponse['responses'][number];

async function handle(
  context: RequestContext,
  request: DeleteTopicsRequest,
): Promise<Reply<DeleteTopicsResponse>> {
  const responses: TopicResult[] = [];
  const { names, ids, repeatedNames, repeatedIds } = asked(request, responses);
  for (const name of repeatedNames) responses.push(refused(name, zeroUuid, 'INVALID_REQUEST', repeated));
  for (const id of repeatedIds) responses.push(refused(null, id, 'INVALID_REQUEST', repeated));
  const known = [...names].filter((name) => isAllowed(context, 'DELETE', 'TOPIC', name));
  const learnt = await learnTopics(context, known);
  for (const name of names) {
    if (context.isGone()) break;
    responses.push(await deleteByName(context, name, learnt));
    await context.pace.step();
  }
  for (const topicId of ids) {
    if (context.isGone()) break;
    responses.push(await deleteById(context, topicId));
    await context.pace.step();
  }
  const throttleTimeMs = mutationThrottleMs(context);
  return reply({ throttleTimeMs, responses }, throttleTimeMs);
}

const repeated = 'It is named several times.';

/** What is named once, and what several times. Who names a topic in both ways is answered at once. */
function asked(request: DeleteTopicsRequest, responses: TopicResult[]) {
  const [names, repeatedNames] = [new Set<string>(), new Set<string>()];
  const [ids, repeatedIds] = [new Set<string>(), new Set<string>()];
  for (const name of request.topicNames) (names.has(name) ? repeatedNames : names).add(name);
  for (const { name, topicId } of request.topics) {
    if (name === null) (ids.has(topicId) ? repeatedIds : ids).add(topicId);
    else if (topicId === zeroUuid) (names.has(name) ? repeatedNames : names).add(name);
    else responses.push(refused(name, topicId, 'INVALID_REQUEST', 'Give the name or the id, not both.'));
  }
  for (const name of repeatedNames) names.delete(name);
  for (const id of repeatedIds) ids.delete(id);
  return { names, ids, repeatedNames, repeatedIds };
}

async function deleteByName(
  context: RequestContext,
  name: string,
  learnt: 'learnt' | 'unreachable',
): Promise<TopicResult> {
  const mayDelete = isAllowed(context, 'DELETE', 'TOPIC', name);
  if (!mayDelete) {
    const maySee = isAllowed(context, 'DESCRIBE', 'TOPIC', name);
    return refused(name, zeroUuid, maySee ? 'TOPIC_AUTHORIZATION_FAILED' : 'UNKNOWN_TOPIC_OR_PARTITION');
  }
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic !== undefined) return remove(context, topic);
  return learnt === 'unreachable'
    ? refused(name, zeroUuid, 'REQUEST_TIMED_OUT', undecided)
    : refused(name, zeroUuid, 'UNKNOWN_TOPIC_OR_PARTITION');
}

async function deleteById(context: RequestContext, topicId: string): Promise<TopicResult> {
  const topic = context.identity.cluster.topicsById.get(topicId);
  if (topic === undefined || !isAllowed(context, 'DESCRIBE', 'TOPIC', topic.name)) {
    return refused(null, topicId, 'UNKNOWN_TOPIC_ID');
  }
  if (!isAllowed(context, 'DELETE', 'TOPIC', topic.name)) {
    return refused(topic.name, topicId, 'TOPIC_AUTHORIZATION_FAILED');
  }
  return remove(context, topic);
}

async function remove(context: RequestContext, topic: Topic): Promise<TopicResult> {
  const { cell, deps, storeTurns } = context.services;
  const refusal = mutationRefusal(context, topic.record.partitions.length, 5);
  if (refusal !== null) return refused(topic.name, topic.topicId, refusal.error, refusal.message);
  let deleted: Awaited<ReturnType<typeof deps.metadata.deleteTopic>>;
  try {
    const clusterId = context.identity.cluster.id;
    deleted = await storeTurns.run(clusterId, () => deps.metadata.deleteTopic(clusterId, topic.topicId));
    await cell.catchUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.delete.undecided', { clusterId: context.identity.cluster.id }, cause);
    return refused(topic.name, topic.topicId, 'REQUEST_TIMED_OUT', undecided);
  }
  if (!deleted.ok) return refused(topic.name, topic.topicId, 'UNKNOWN_TOPIC_ID', deleted.message);
  return { name: topic.name, topicId: topic.topicId, errorCode: 0, errorMessage: null };
}

function refused(
  name: string | null,
  topicId: string,
  error: ErrorName,
  message: string | null = null,
): TopicResult {
  return { name, topicId, errorCode: errorCode(error), errorMessage: message };
}
