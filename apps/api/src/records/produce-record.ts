import { Inject, Injectable } from '@nestjs/common';
import { type ProduceRecordInput, ProduceRecordReply } from '@weir/contracts/records';
import type { NewRecord } from '@weir/kafka-protocol/records';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, topicUnknown } from '../kafka/kafka-refusals.ts';
import { Once } from '../kafka/once.ts';
import { CLOCK } from '../platform/tokens.ts';
import { findTopic } from '../topics/find-topic.ts';
import { choosePartition } from './choose-partition.ts';
import { KafkaClient } from './kafka-client.ts';
import { produceMsMax } from './limits.ts';
import { nextSequence, ProducerIds } from './producer-ids.ts';
import { timeText } from './time-text.ts';
import { type Place, RecordWrite, recordOutcomeUnknown } from './write-record.ts';

type Payload = NonNullable<ProduceRecordInput['value']>;

/** Produces one record as an idempotent Kafka client with acks=all, within its time. */
@Injectable()
export class ProduceRecord {
  readonly #producers = new ProducerIds();

  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
    @Inject(Once) private readonly once: Once,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(
    call: Call,
    clusterId: string,
    name: string,
    input: ProduceRecordInput,
  ): Promise<ProduceRecordReply> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'WRITE');
    const record = this.#recordOf(input);
    const partition =
      input.partition_id ?? choosePartition(record.key, topic.partitions.length, Math.random());
    if (partition >= topic.partitions.length) throw topicUnknown();

    const produce = async () => {
      const producers = `${topic.topicId} ${partition} ${open.principal}`;
      const offset = await this.#write(call, open, { topic: name, partition }, record, producers);
      return ProduceRecordReply.parse({
        error_code: 200,
        cluster_id: clusterId,
        topic_name: name,
        partition_id: partition,
        offset,
        timestamp: new Date(record.timestamp).toISOString(),
        ...(input.key && record.key ? { key: { type: input.key.type, size: record.key.length } } : {}),
        ...(input.value && record.value
          ? { value: { type: input.value.type, size: record.value.length } }
          : {}),
      });
    };
    // Whether an unanswered record was written cannot be seen from the log.
    return this.once.run(call, ProduceRecordReply, produce, async () => null);
  }

  #recordOf(input: ProduceRecordInput): NewRecord {
    const timestamp = input.timestamp === undefined ? this.clock.now() : Date.parse(input.timestamp);
    if (timeText(timestamp) === null)
      throw badKafkaRequest('The timestamp lies beyond the year 9999 in UTC.');
    return {
      timestamp,
      key: bytesOf(input.key),
      value: bytesOf(input.value),
      headers: input.headers.map((header) => ({
        key: header.name,
        value: Buffer.from(header.value ?? '', 'base64'),
      })),
    };
  }

  /** Resolves with the offset. Rejects with OutcomeUnknown when the record may be in the log all the same. */
  async #write(
    call: Call,
    open: OpenCluster,
    place: Place,
    record: NewRecord,
    producers: string,
  ): Promise<number> {
    const write = new RecordWrite(place, record, this.#producers.take(producers, this.clock.now()));
    try {
      const offset = await this.client.run(call, open, produceMsMax, ({ session }) => write.attempt(session));
      if (write.producer) {
        this.#producers.giveBack(producers, nextSequence(write.producer), this.clock.now());
      }
      return offset;
    } catch (cause) {
      if (write.isOutcomeOpen) throw recordOutcomeUnknown();
      if (write.producer) this.#producers.giveBack(producers, write.producer, this.clock.now());
      throw cause;
    }
  }
}

const bytesOf = (payload: Payload | undefined): Buffer | null => {
  if (payload === undefined || payload.data === null) return null;
  switch (payload.type) {
    case 'BINARY':
      return Buffer.from(payload.data, 'base64');
    case 'STRING':
      return Buffer.from(payload.data);
    case 'JSON':
      return Buffer.from(JSON.stringify(payload.data));
  }
};
