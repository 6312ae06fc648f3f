import {
  type MetadataRequest,
  type MetadataResponse,
  metadataApi,
} from '@weir/kafka-protocol/apis/03-metadata';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { topicNameProblem } from '@weir/metadata-store/rules';
import type { Topic } from '../cluster/topic.ts';
import { authorizedOperations } from './authorized-operations.ts';
import { createTopic } from './create-topic.ts';
import { learnTopics } from './find-topic.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * Metadata. v0 asks for all topics with an empty list, later versions with null; v4 lets the client
 * refuse creation on demand; v8–10 tell of allowed operations (KIP-430); v10 and 12 ask by id (KIP-516).
 */
export const metadata: Handler<MetadataRequest, MetadataResponse> = {
  api: metadataApi,
  advertised: { min: 0, max: 13 },
  handle,
};

/** The first by which topics are asked for by id; one whose id nobody knows has no name (KIP-516). */
const namelessVersionMin = 12;

type TopicMetadata = MetadataResponse['topics'][number];

async function handle(context: RequestContext, request: MetadataRequest): Promise<Reply<MetadataResponse>> {
  if (asksByIdTooEarly(context, request)) return refused(request);
  const { cluster } = context.identity;
  const asksForAll = request.topics === null || (context.apiVersion === 0 && request.topics.length === 0);
  const topics = asksForAll
    ? await describeAll(context, request)
    : await describeAsked(context, request, request.topics ?? []);
  const brokers = context.services.cell.liveBrokers();
  return reply({
    throttleTimeMs: 0,
    brokers: brokers.map((broker) => ({
      nodeId: broker.brokerId,
      host: context.door.hostOf(broker),
      port: broker.port,
      rack: broker.rack,
    })),
    clusterId: cluster.id,
    controllerId: brokers[0]?.brokerId ?? -1,
    topics,
    clusterAuthorizedOperations: authorizedOperations(
      context,
      request.includeClusterAuthorizedOperations,
      'CLUSTER',
      clusterResource,
    ),
    errorCode: 0,
  });
}

/** v10 and v11 have a place for ids, and nothing else of it. */
function asksByIdTooEarly({ apiVersion }: RequestContext, { topics }: MetadataRequest): boolean {
  if (apiVersion < 10 || apiVersion >= namelessVersionMin) return false;
  return topics?.some(({ name, topicId }) => name === null || topicId !== zeroUuid) === true;
}

const refused = ({ topics }: MetadataRequest): Reply<MetadataResponse> =>
  reply({
    throttleTimeMs: 0,
    brokers: [],
    clusterId: null,
    controllerId: -1,
    topics: (topics ?? []).map(({ name, topicId }) => unavailable(name ?? '', topicId, 'INVALID_REQUEST')),
    errorCode: 0,
  });

async function describeAll(context: RequestContext, request: MetadataRequest): Promise<TopicMetadata[]> {
  const topics: TopicMetadata[] = [];
  for (const topic of context.identity.cluster.topicsByName.values()) {
    if (isAllowed(context, 'DESCRIBE', 'TOPIC', topic.name)) topics.push(describe(context, request, topic));
    const turn = context.pace.step(1 + topic.record.partitions.length);
    if (turn !== null) await turn;
  }
  return topics;
}

/** A name or id that repeats is answered once, as Apache Kafka does. */
async function describeAsked(
  context: RequestContext,
  request: MetadataRequest,
  asked: NonNullable<MetadataRequest['topics']>,
): Promise<TopicMetadata[]> {
  const names = new Set<string>();
  const ids = new Set<string>();
  for (const { name, topicId } of asked) {
    if (topicId === zeroUuid) names.add(name ?? '');
    else ids.add(topicId);
  }
  const visible: string[] = [];
  const topics: TopicMetadata[] = [];
  for (const name of names) {
    if (isAllowed(context, 'DESCRIBE', 'TOPIC', name)) visible.push(name);
    else topics.push(unavailable(name, zeroUuid, 'TOPIC_AUTHORIZATION_FAILED'));
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const learnt = await learnTopics(context, visible);
  for (const name of visible) topics.push(await byName(context, request, name, learnt));
  for (const topicId of ids) {
    topics.push(byId(context, request, topicId));
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return topics;
}

function byId(context: RequestContext, request: MetadataRequest, topicId: string): TopicMetadata {
  const topic = context.identity.cluster.topicsById.get(topicId);
  const isVisible = topic !== undefined && isAllowed(context, 'DESCRIBE', 'TOPIC', topic.name);
  return isVisible
    ? describe(context, request, topic)
    : unavailable(context.apiVersion < namelessVersionMin ? '' : null, topicId, 'UNKNOWN_TOPIC_ID');
}

async function byName(
  context: RequestContext,
  request: MetadataRequest,
  name: string,
  learnt: 'learnt' | 'unreachable',
): Promise<TopicMetadata> {
  const { cluster } = context.identity;
  const topic = cluster.topicsByName.get(name);
  const turn = context.pace.step(1 + (topic?.record.partitions.length ?? 0));
  if (turn !== null) await turn;
  if (topic !== undefined) return describe(context, request, topic);
  const isAsked = request.includeTopicAuthorizedOperations;
  const missing = (error: ErrorName): TopicMetadata => ({
    ...unavailable(name, zeroUuid, error),
    topicAuthorizedOperations: authorizedOperations(context, isAsked, 'TOPIC', name),
  });
  if (topicNameProblem(name) !== null) return missing('INVALID_TOPIC_EXCEPTION');
  // Retriable: the client goes on with the topics that are known.
  if (learnt === 'unreachable') return missing('LEADER_NOT_AVAILABLE');
  if (!cluster.record.autoCreateTopics || !request.allowAutoTopicCreation) {
    return missing('UNKNOWN_TOPIC_OR_PARTITION');
  }
  if (
    !isAllowed(context, 'CREATE', 'CLUSTER', clusterResource) &&
    !isAllowed(context, 'CREATE', 'TOPIC', name)
  ) {
    return unavailable(name, zeroUuid, 'TOPIC_AUTHORIZATION_FAILED');
  }
  const created = await createTopic(context, {
    name,
    partitionCount: 1,
    replicationFactor: -1,
    configs: {},
    validateOnly: false,
  });
  if (!created.ok && created.refusal !== 'TOPIC_ALREADY_EXISTS')
    return unavailable(name, zeroUuid, created.refusal);
  const made = cluster.topicsByName.get(name);
  return made === undefined
    ? unavailable(name, zeroUuid, 'LEADER_NOT_AVAILABLE')
    : describe(context, request, made);
}

const noLeader = -1;

function describe(context: RequestContext, request: MetadataRequest, topic: Topic): TopicMetadata {
  const { cell } = context.services;
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: false,
    partitions: topic.record.partitions.map((partition, index) => {
      const isLed = cell.mayBeAsked(partition.leader);
      return {
        errorCode: isLed ? 0 : errorCode('LEADER_NOT_AVAILABLE'),
        partitionIndex: index,
        leaderId: isLed ? partition.leader : noLeader,
        leaderEpoch: partition.leaderEpoch,
        replicaNodes: partition.replicas,
        isrNodes: partition.isr,
        offlineReplicas: partition.replicas.filter((replica) => !cell.isLive(replica)),
      };
    }),
    topicAuthorizedOperations: authorizedOperations(
      context,
      request.includeTopicAuthorizedOperations,
      'TOPIC',
      topic.name,
    ),
  };
}

function unavailable(name: string | null, topicId: string, error: ErrorName): TopicMetadata {
  return { errorCode: errorCode(error), name, topicId, isInternal: false, partitions: [] };
}
