import {
  type AlterPartitionReassignmentsRequest,
  type AlterPartitionReassignmentsResponse,
  alterPartitionReassignmentsApi,
} from '@weir/kafka-protocol/apis/45-alter-partition-reassignments';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { electionPartitionsMax } from '@weir/metadata-store/partition-rules';
import { type AskedReassignment, StoreError } from '@weir/metadata-store/port';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * AlterPartitionReassignments (KIP-455, 860). On a cell of many tenants it moves the bytes of one onto the disks of
 * all, and is nobody's to ask for: it is answered as Kafka answers who may not.
 */
export const alterPartitionReassignments: Handler<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse
> = {
  api: alterPartitionReassignmentsApi,
  advertised: { min: 0, max: 1 },
  handle,
};

type PartitionResult = AlterPartitionReassignmentsResponse['responses'][number]['partitions'][number];

/** One partition that was asked for, and what is decided of it before the store is asked. */
interface Asked {
  readonly name: string;
  readonly partitionIndex: number;
  readonly decided: AskedReassignment | PartitionResult;
}

async function handle(
  context: RequestContext,
  request: AlterPartitionReassignmentsRequest,
): Promise<Reply<AlterPartitionReassignmentsResponse>> {
  const { allowReplicationFactorChange } = request;
  // As Kafka, for each partition too: its tools count the answers, and see the error only if none is missing.
  const answer = (error: ErrorName, errorMessage: string | null) => {
    const code = errorCode(error);
    const responses = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: code,
        errorMessage: null,
      })),
    }));
    return reply({
      throttleTimeMs: 0,
      allowReplicationFactorChange,
      errorCode: code,
      errorMessage,
      responses,
    });
  };
  if (!context.services.cell.isOneTenants || !isAllowed(context, 'ALTER', 'CLUSTER', clusterResource))
    return answer('CLUSTER_AUTHORIZATION_FAILED', null);
  const count = request.topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
  if (count > electionPartitionsMax)
    return answer(
      'INVALID_REQUEST',
      `${count} partitions at once; ask for ${electionPartitionsMax} at most.`,
    );
  const asked = request.topics.flatMap((topic) =>
    topic.partitions.map((partition) => decide(context, topic.name, partition, allowReplicationFactorChange)),
  );
  const outcomes = await reassign(context, asked);
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: outcomes.splice(0, partitions.length),
  }));
  return reply({
    throttleTimeMs: 0,
    allowReplicationFactorChange,
    errorCode: 0,
    errorMessage: null,
    responses,
  });
}

type AskedPartition = AlterPartitionReassignmentsRequest['topics'][number]['partitions'][number];

function decide(
  context: RequestContext,
  name: string,
  { partitionIndex, replicas }: AskedPartition,
  mayChangeFactor: boolean,
): Asked {
  const refuse = (error: ErrorName, errorMessage: string): Asked => ({
    name,
    partitionIndex,
    decided: { partitionIndex, errorCode: errorCode(error), errorMessage },
  });
  const topic = context.identity.cluster.topicsByName.get(name);
  const record = topic?.record.partitions[partitionIndex];
  if (topic === undefined || record === undefined)
    return refuse('UNKNOWN_TOPIC_OR_PARTITION', `There is no partition ${partitionIndex} of ${name}.`);
  const before = (record.reassignment?.to ?? record.replicas).length;
  if (!mayChangeFactor && replicas !== null && replicas.length !== before)
    return refuse(
      'INVALID_REPLICATION_FACTOR',
      `The replication factor is changed from ${before} to ${replicas.length}`,
    );
  return {
    name,
    partitionIndex,
    decided: { topicId: topic.topicId, partition: partitionIndex, to: replicas },
  };
}

/** In the order of what was asked. */
async function reassign(context: RequestContext, asked: readonly Asked[]): Promise<PartitionResult[]> {
  const { deps, cell } = context.services;
  const valid = asked.flatMap(({ decided }) => ('topicId' in decided ? [decided] : []));
  try {
    const outcomes = [...(await deps.metadata.reassignPartitions(valid))];
    await cell.catchUp();
    return asked.map(({ partitionIndex, decided }) => {
      if (!('topicId' in decided)) return decided;
      const outcome = outcomes.shift();
      if (outcome === undefined)
        throw new Error('the store answered for fewer partitions than were asked for');
      return outcome.ok
        ? { partitionIndex, errorCode: 0, errorMessage: null }
        : { partitionIndex, errorCode: errorCode(outcome.refusal), errorMessage: outcome.message };
    });
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    deps.log.warn('reassignment.undecided', { partitions: valid.length }, cause);
    const errorMessage = 'The metadata store did not answer. Look what is under way, and try again.';
    return asked.map(({ partitionIndex, decided }) =>
      'topicId' in decided
        ? { partitionIndex, errorCode: errorCode('REQUEST_TIMED_OUT'), errorMessage }
        : decided,
    );
  }
}
