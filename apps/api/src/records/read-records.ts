import { Inject, Injectable } from '@nestjs/common';
import { type Consumer, FetchIsolationLevels, ListOffsetTimestamps } from '@platformatic/kafka';
import type { ReadRecordsQuery } from '@weir/contracts/records';
import type { Call } from '../http/call.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, topicUnknown } from '../kafka/kafka-refusals.ts';
import { findTopic } from '../topics/find-topic.ts';
import { KafkaClient } from './kafka-client.ts';
import {
  type PartitionBounds,
  type PartitionRead,
  type Placed,
  pickRecords,
  planReads,
} from './read-plan.ts';
import { recordsOf } from './records-of-batches.ts';

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

export interface ReadRecord extends Placed {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
}

export interface RecordsRead {
  readonly open: OpenCluster;
  readonly records: readonly ReadRecord[];
  readonly bounds: readonly PartitionBounds[];
}

const fetchBytesMax = 8 * 1024 * 1024;
const partitionBytesMax = 1024 * 1024;
/** Rounds of fetching, so that one request cannot read a topic from end to end. */
const roundsMax = 16;

/** Reads records as a Kafka client does, but in no consumer group: nobody's offsets move. */
@Injectable()
export class ReadRecords {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
  ) {}

  async run(call: Call, clusterId: string, name: string, query: ReadRecordsQuery): Promise<RecordsRead> {
    if (query.from === 'timestamp' && query.timestamp === undefined) {
      throw badKafkaRequest('from=timestamp needs `timestamp`.');
    }
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'READ');
    const partitions = topic.partitions.map((_, id) => id);
    const wanted = partitions.filter((id) => query.partition_id === undefined || id === query.partition_id);
    if (wanted.length === 0) throw topicUnknown();

    return this.client.consume(call, open, async (consumer) => {
      consumer.topics.trackAll(name);
      const bounds = await listBounds(consumer, name, wanted, query);
      const records = await fetchAll(consumer, name, planReads(query, bounds), query.limit);
      return { open, records: pickRecords(query, records), bounds };
    });
  }
}

const listBounds = async (
  consumer: Consumer,
  topic: string,
  partitions: number[],
  query: ReadRecordsQuery,
): Promise<PartitionBounds[]> => {
  const ask = async (timestamp: bigint) => {
    const offsets = await consumer.listOffsets({
      topics: [topic],
      partitions: { [topic]: partitions },
      timestamp,
    });
    return offsets.get(topic) ?? [];
  };
  const at = query.from === 'timestamp' && query.timestamp !== undefined ? Date.parse(query.timestamp) : null;
  const [starts, ends, atTimes] = await Promise.all([
    ask(ListOffsetTimestamps.EARLIEST),
    ask(ListOffsetTimestamps.LATEST),
    at === null ? [] : ask(BigInt(at)),
  ]);
  return partitions.map((partition) => {
    const atTimestamp = Number(atTimes[partition] ?? -1n);
    return {
      partition,
      start: Number(starts[partition] ?? 0n),
      end: Number(ends[partition] ?? 0n),
      atTimestamp: atTimestamp < 0 ? null : atTimestamp,
    };
  });
};

/** At least `limit` records of each read, or all of it; a leader at a time, round by round. */
const fetchAll = async (
  consumer: Consumer,
  topic: string,
  reads: readonly PartitionRead[],
  limit: number,
): Promise<ReadRecord[]> => {
  const metadata = await consumer.metadata({ topics: [topic] });
  const known = metadata.topics.get(topic);
  if (!known) throw topicUnknown();
  const records: ReadRecord[] = [];
  const open = reads.map((read) => ({ ...read, taken: 0 }));
  for (let round = 0; round < roundsMax; round++) {
    const unfinished = open.filter((read) => read.from < read.to && read.taken < limit);
    if (unfinished.length === 0) break;
    const byLeader = Map.groupBy(unfinished, (read) => known.partitions[read.partition]?.leader ?? -1);
    for (const [node, own] of byLeader) {
      const response = await consumer.fetch({
        node,
        topics: [{ topicId: known.id, partitions: own.map(fetchPartition) }],
        minBytes: 0,
        maxWaitTime: 100,
        maxBytes: fetchBytesMax,
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      for (const read of own) take(read, response, records);
    }
  }
  return records;
};

const fetchPartition = (read: PartitionRead) => ({
  partition: read.partition,
  currentLeaderEpoch: -1,
  fetchOffset: BigInt(read.from),
  lastFetchedEpoch: -1,
  partitionMaxBytes: partitionBytesMax,
});

const take = (
  read: { partition: number; from: number; to: number; taken: number },
  response: FetchResponse,
  records: ReadRecord[],
): void => {
  const partitions = response.responses.flatMap((topic) => topic.partitions);
  const batches = partitions.find((partition) => partition.partitionIndex === read.partition)?.records ?? [];
  for (const batch of batches) {
    for (const record of recordsOf(read.partition, batch)) {
      if (record.offset < read.from || record.offset >= read.to) continue;
      records.push(record);
      read.taken++;
    }
    read.from = Math.max(read.from, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
  }
};
