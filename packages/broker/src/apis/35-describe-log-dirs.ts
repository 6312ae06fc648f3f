import {
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponse,
  describeLogDirsApi,
} from '@weir/kafka-protocol/apis/35-describe-log-dirs';
import { errorCode } from '@weir/kafka-protocol/errors';
import { logsDescribedAtOnce } from '../cell-limits.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import type { Topic } from '../cluster/topic.ts';
import { forEach } from '../for-each.ts';
import type { Partition } from '../partition/partition.ts';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';

/**
 * DescribeLogDirs (KIP-113): what this broker has of the cluster, and of nothing else. v3 tells an error of the whole
 * answer, v4 the room there is (KIP-827).
 */
export const describeLogDirs: Handler<DescribeLogDirsRequest, DescribeLogDirsResponse> = {
  api: describeLogDirsApi,
  advertised: { min: 1, max: 5 },
  handle,
};

/** Where the logs lie on this machine is nobody's business; tools want a name. */
const logDir = '/kafka-logs';
/** KIP-827: not known. */
const unknownBytes = -1;

type Result = DescribeLogDirsResponse['results'][number];
type TopicResult = Result['topics'][number];
type PartitionResult = TopicResult['partitions'][number];

async function handle(
  context: RequestContext,
  request: DescribeLogDirsRequest,
): Promise<Reply<DescribeLogDirsResponse>> {
  if (!isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource)) {
    // Clients of versions without that field take an empty list for the same.
    const refusal = errorCode('CLUSTER_AUTHORIZATION_FAILED');
    return reply({ throttleTimeMs: 0, errorCode: refusal, results: [] });
  }
  const { cluster } = context.identity;
  const hosted =
    request.topics === null ? everything(cluster) : await named(context, cluster, request.topics);
  const topics: TopicResult[] = [];
  for (const [topic, partitions] of hosted) {
    const described = await describe(context, partitions);
    if (described.length > 0) topics.push({ name: topic.name, partitions: described });
  }
  const result = { errorCode: 0, logDir, topics, ...roomOf(cluster), isCordoned: false };
  return reply({ throttleTimeMs: 0, errorCode: 0, results: [result] });
}

type Hosted = ReadonlyMap<Topic, Iterable<Partition>>;

function everything(cluster: LogicalCluster): Hosted {
  return new Map([...cluster.topicsById.values()].map((topic) => [topic, [...topic.hosted.values()]]));
}

/** What is named twice is told once; what is not here is left out, as Apache Kafka does. */
async function named(
  context: RequestContext,
  cluster: LogicalCluster,
  asked: NonNullable<DescribeLogDirsRequest['topics']>,
): Promise<Hosted> {
  const hosted = new Map<Topic, Set<Partition>>();
  for (const { topic: name, partitions } of asked) {
    const topic = cluster.topicsByName.get(name);
    for (const index of partitions) {
      const partition = topic?.hosted.get(index);
      if (topic !== undefined && partition !== undefined) {
        const ofTopic = hosted.get(topic) ?? new Set();
        hosted.set(topic, ofTopic.add(partition));
      }
      const turn = context.pace.step();
      if (turn !== null) await turn;
    }
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return hosted;
}

/** A log that the disk refuses is left out, as those of a broken directory are; whoever opens it says so in the log. */
async function describe(
  context: RequestContext,
  partitions: Iterable<Partition>,
): Promise<readonly PartitionResult[]> {
  const described: PartitionResult[] = [];
  await forEach(partitions, logsDescribedAtOnce, async (partition) => {
    if (context.isGone()) return;
    await partition.open().catch(() => undefined);
    const { log } = partition;
    if (log !== null && partition.isOpen) {
      described.push({
        partitionIndex: partition.index,
        partitionSize: log.sizeBytes,
        offsetLag: Math.max(partition.highWatermark - log.endOffset, 0),
        isFutureKey: false,
      });
    }
    const turn = context.pace.step();
    if (turn !== null) await turn;
  });
  return described.sort((one, other) => one.partitionIndex - other.partitionIndex);
}

/** The volume is shared with others: a tenant has what his cluster may store, and what is left of that. */
function roomOf({ record, storedBytesEverywhere }: LogicalCluster): {
  totalBytes: number;
  usableBytes: number;
} {
  const { storedBytesMax } = record.limits;
  if (storedBytesMax >= Number.MAX_SAFE_INTEGER)
    return { totalBytes: unknownBytes, usableBytes: unknownBytes };
  return { totalBytes: storedBytesMax, usableBytes: Math.max(storedBytesMax - storedBytesEverywhere, 0) };
}
