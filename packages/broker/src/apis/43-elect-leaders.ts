import {
  type ElectLeadersRequest,
  type ElectLeadersResponse,
  electLeadersApi,
} from '@weir/kafka-protocol/apis/43-elect-leaders';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { AskedElection } from '@weir/metadata-store/port';
import { type AskedPartition, type Elected, elect, seeLeaders, undecided } from './elect.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * ElectLeaders (KIP-183). v1 knows unclean elections (KIP-460). As in Apache Kafka it is for who may ALTER the CLUSTER,
 * which is the tenant's own: no byte moves, nor anything of others. An unclean election is asked for explicitly, so that
 * `unclean.leader.election.enable`, which is about those that nobody asks for, does not matter.
 */
export const electLeaders: Handler<ElectLeadersRequest, ElectLeadersResponse> = {
  api: electLeadersApi,
  advertised: { min: 0, max: 2 },
  handle,
};

/** ElectionType codes of org.apache.kafka.common. */
const kinds: ReadonlyMap<number, AskedElection['kind']> = new Map([
  [0, 'preferred'],
  [1, 'unclean'],
]);

async function handle(
  context: RequestContext,
  request: ElectLeadersRequest,
): Promise<Reply<ElectLeadersResponse>> {
  const { topicPartitions } = request;
  const named = topicPartitions === null ? null : await distinct(context, topicPartitions);
  const asked = named === 'too many' ? [] : named;
  // Versions without an error of the whole answer read it from each partition.
  const refuse = (error: ErrorName, message: string) =>
    respond(
      context,
      (asked ?? []).map((each) => ({ ...each, error, message })),
      error,
    );
  if (!isAllowed(context, 'ALTER', 'CLUSTER', clusterResource)) {
    return refuse('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed.');
  }
  const kind = kinds.get(request.electionType);
  if (kind === undefined) return refuse('INVALID_REQUEST', `Unknown election type ${request.electionType}`);
  if (named === 'too many') return refuse('INVALID_REQUEST', tooMany);
  if ((await seeLeaders(context)) === 'unreachable') return refuse('REQUEST_TIMED_OUT', undecided);
  const elected = await elect(context, kind, asked ?? all(context));
  // Who asks for all is not told of those that were as they should be.
  const told = asked === null ? elected.filter(({ error }) => error !== 'ELECTION_NOT_NEEDED') : elected;
  return respond(context, told, 'NONE');
}

const tooMany = 'The request names more partitions than the cluster may have.';

/** What is named twice is elected once. Whoever names more than there can be is not heard to the end. */
async function distinct(
  context: RequestContext,
  asked: NonNullable<ElectLeadersRequest['topicPartitions']>,
): Promise<readonly AskedPartition[] | 'too many'> {
  const { cluster } = context.identity;
  const most = Math.max(cluster.record.limits.partitionsMax, all(context).length);
  const byTopic = new Map<string, Set<number>>();
  const those: AskedPartition[] = [];
  for (const { topic, partitions } of asked) {
    const indexes = byTopic.get(topic) ?? new Set<number>();
    byTopic.set(topic, indexes);
    for (const index of partitions) {
      if (!indexes.has(index)) those.push({ topic, index });
      indexes.add(index);
      if (those.length > most) {
        cluster.reachedLimits.reached('partitionsMax');
        return 'too many';
      }
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return those;
}

function all(context: RequestContext): readonly AskedPartition[] {
  return [...context.identity.cluster.topicsById.values()].flatMap(({ name, record }) =>
    record.partitions.map((_, index) => ({ topic: name, index })),
  );
}

type TopicResult = ElectLeadersResponse['replicaElectionResults'][number];
type PartitionResult = TopicResult['partitionResult'][number];

async function respond(
  context: RequestContext,
  elected: readonly Elected[],
  error: ErrorName,
): Promise<Reply<ElectLeadersResponse>> {
  const byTopic = new Map<string, PartitionResult[]>();
  for (const { topic, index, error: ofPartition, message } of elected) {
    const results = byTopic.get(topic) ?? [];
    byTopic.set(topic, results);
    results.push({ partitionId: index, errorCode: errorCode(ofPartition), errorMessage: message });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  const replicaElectionResults = Array.from(byTopic, ([topic, partitionResult]) => ({
    topic,
    partitionResult,
  }));
  return reply({ throttleTimeMs: 0, errorCode: errorCode(error), replicaElectionResults });
}
