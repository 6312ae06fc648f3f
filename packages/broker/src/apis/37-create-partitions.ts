import {
  type CreatePartitionsRequest,
  type CreatePartitionsResponse,
  createPartitionsApi,
} from '@weir/kafka-protocol/apis/37-create-partitions';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { countProblem } from '@weir/metadata-store/new-partitions';
import { StoreError } from '@weir/metadata-store/port';
import type { Topic } from '../cluster/topic.ts';
import { assignmentProblem } from './assignment-problem.ts';
import { learnTopics } from './find-topic.ts';
import { type Handler, isAllowed, type Reply, type RequestContext, reply } from './handler.ts';
import { mutationRefusal, mutationThrottleMs, notChanged } from './partition-changes.ts';

/** CreatePartitions (KIP-195). v3 may be throttled (KIP-599). */
export const createPartitions: Handler<CreatePartitionsRequest, CreatePartitionsResponse> = {
  api: createPartitionsApi,
  advertised: { min: 0, max: 3 },
  handle,
};

const undecided = 'The metadata store did not answer. Try again.';

type AskedTopic = CreatePartitionsRequest['topics'][number];
type TopicResult = CreatePartitionsResponse['results'][number];

async function handle(
  context: RequestContext,
  request: CreatePartitionsRequest,
): Promise<Reply<CreatePartitionsResponse>> {
  const asked = await distinct(context, request.topics);
  const learnt = await learnTopics(context, await allowed(context, asked.keys()));
  const results: TopicResult[] = [];
  for (const [name, topic] of asked) {
    if (context.isGone()) break;
    results.push(
      topic === 'repeated'
        ? refused(name, 'INVALID_REQUEST', 'Duplicate topic name.')
        : await growOne(context, topic, request.validateOnly, learnt),
    );
    await context.pace.step();
  }
  const throttleTimeMs = mutationThrottleMs(context);
  return reply({ throttleTimeMs, results }, throttleTimeMs);
}

const mayAlter = (context: RequestContext, name: string) => isAllowed(context, 'ALTER', 'TOPIC', name);

/** A name that repeats is refused, once, as Apache Kafka does. */
async function distinct(context: RequestContext, topics: readonly AskedTopic[]) {
  const asked = new Map<string, AskedTopic | 'repeated'>();
  for (const topic of topics) {
    asked.set(topic.name, asked.has(topic.name) ? 'repeated' : topic);
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return asked;
}

async function allowed(context: RequestContext, names: Iterable<string>): Promise<readonly string[]> {
  const those: string[] = [];
  for (const name of names) {
    if (mayAlter(context, name)) those.push(name);
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return those;
}

async function growOne(
  context: RequestContext,
  asked: AskedTopic,
  validateOnly: boolean,
  learnt: Awaited<ReturnType<typeof learnTopics>>,
): Promise<TopicResult> {
  const { name, count, assignments } = asked;
  if (!mayAlter(context, name)) return refused(name, 'TOPIC_AUTHORIZATION_FAILED');
  const topic = context.identity.cluster.topicsByName.get(name);
  if (topic === undefined) {
    return learnt === 'unreachable'
      ? refused(name, 'REQUEST_TIMED_OUT', undecided)
      : refused(name, 'UNKNOWN_TOPIC_OR_PARTITION');
  }
  const stop = context.identity.cluster.budgets.stopOf(context.identity);
  if (stop !== null) return refused(name, 'POLICY_VIOLATION', stop.message);
  // Partitions are never taken away: what is too few for this broker's picture is too few for the store as well.
  const problem = countProblem(topic.record, count);
  if (problem !== null) return refused(name, 'INVALID_PARTITIONS', problem);
  const more = count - topic.record.partitions.length;
  const misassigned = assignmentProblem(context, topic.record, more, assignments);
  if (misassigned !== null) return refused(name, 'INVALID_REPLICA_ASSIGNMENT', misassigned);
  // To ask whether they could be made is work for the store as well.
  const price = validateOnly ? 1 : more;
  const refusal = mutationRefusal(context, price, 3);
  if (refusal !== null) return refused(name, refusal.error, refusal.message);
  return grow(context, topic, { partitionCount: count, validateOnly, price });
}

interface Growth {
  readonly partitionCount: number;
  readonly validateOnly: boolean;
  /** What was paid for it. */
  readonly price: number;
}

async function grow(
  context: RequestContext,
  { name, topicId }: Topic,
  { partitionCount, validateOnly, price }: Growth,
): Promise<TopicResult> {
  const { cell, deps, storeTurns } = context.services;
  const clusterId = context.identity.cluster.id;
  const asked = { clusterId, topicId, partitionCount, validateOnly };
  try {
    const grown = await storeTurns.run(clusterId, () => deps.metadata.createPartitions(asked));
    if (!grown.ok) {
      notChanged(context, price);
      return grown.refusal === 'UNKNOWN_TOPIC_ID'
        ? refused(name, 'UNKNOWN_TOPIC_OR_PARTITION')
        : refused(name, grown.refusal, grown.message);
    }
    if (!validateOnly) await cell.catchUp();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('topic.partitions.undecided', { clusterId }, cause);
    return refused(name, 'REQUEST_TIMED_OUT', undecided);
  }
  return { name, errorCode: 0, errorMessage: null };
}

function refused(name: string, error: ErrorName, message: string | null = null): TopicResult {
  return { name, errorCode: errorCode(error), errorMessage: message };
}
