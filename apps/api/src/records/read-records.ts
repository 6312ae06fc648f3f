import { Inject, Injectable } from '@nestjs/common';
import type { ReadRecordsQuery } from '@weir/contracts/records';
import type { KafkaSession, Leaders } from '@weir/kafka-client/session';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, topicUnknown } from '../kafka/kafka-refusals.ts';
import { findTopic } from '../topics/find-topic.ts';
import { KafkaClient } from './kafka-client.ts';
import { readMsMax } from './limits.ts';
import { earliest, latest, listOffsets } from './read-batches.ts';
import { type PartitionBounds, planReads } from './read-plan.ts';
import { RecordDecoder } from './record-decoder.ts';
import { RecordsPage, type RecordsRead } from './records-page.ts';

/** Reads records as a Kafka client does, but in no consumer group: nobody's offsets move. */
@Injectable()
export class ReadRecords {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
    @Inject(RecordDecoder) private readonly decoder: RecordDecoder,
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

    return this.client.run(call, open, readMsMax, async ({ session }) => {
      const leaders = await session.leaders(name);
      const bounds = await listBounds(session, name, leaders, wanted, query);
      const page = new RecordsPage(query, bounds, (task) => this.decoder.decode(clusterId, task));
      return page.read(session, name, leaders, planReads(query, bounds));
    });
  }
}

const listBounds = async (
  session: KafkaSession,
  topic: string,
  leaders: Leaders,
  partitions: readonly number[],
  query: ReadRecordsQuery,
): Promise<PartitionBounds[]> => {
  const ask = (timestamp: number) => listOffsets(session, topic, leaders, partitions, timestamp);
  const at = query.from === 'timestamp' && query.timestamp !== undefined ? Date.parse(query.timestamp) : null;
  const starts = await ask(earliest);
  const ends = await ask(latest);
  // Below zero are names of other places in the log.
  const atTimes = at === null ? null : await ask(Math.max(0, at));
  return partitions.map((partition) => {
    const atTimestamp = atTimes?.get(partition) ?? -1;
    return {
      partition,
      start: starts.get(partition) ?? 0,
      end: ends.get(partition) ?? 0,
      atTimestamp: atTimestamp < 0 ? null : atTimestamp,
    };
  });
};
