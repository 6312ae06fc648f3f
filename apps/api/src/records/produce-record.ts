import { Inject, Injectable } from '@nestjs/common';
import { type ProduceRecordInput, ProduceRecordReply } from '@weir/contracts/records';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { topicUnknown } from '../kafka/kafka-refusals.ts';
import { Once } from '../kafka/once.ts';
import { CLOCK } from '../platform/tokens.ts';
import { findTopic } from '../topics/find-topic.ts';
import { KafkaClient } from './kafka-client.ts';

type Payload = NonNullable<ProduceRecordInput['value']>;

/** Produces one record as a Kafka client with acks=all. */
@Injectable()
export class ProduceRecord {
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
    const partition = input.partition_id;
    if (partition !== undefined && partition >= topic.partitions.length) throw topicUnknown();

    const timestamp = input.timestamp === undefined ? this.clock.now() : Date.parse(input.timestamp);
    const key = bytesOf(input.key);
    const value = bytesOf(input.value);
    const headers = new Map(
      input.headers.map((header) => [Buffer.from(header.name), Buffer.from(header.value ?? '', 'base64')]),
    );
    const produce = () =>
      this.client.produce(call, open, async (producer) => {
        const message = {
          topic: name,
          timestamp: BigInt(timestamp),
          headers,
          ...(partition === undefined ? {} : { partition }),
          ...(key === null ? {} : { key }),
          ...(value === null ? {} : { value }),
        };
        const { offsets } = await producer.send({ messages: [message], acks: -1, autocreateTopics: false });
        const [written] = offsets ?? [];
        if (!written) throw new Error('the cluster acknowledged a record without its offset');
        return ProduceRecordReply.parse({
          error_code: 200,
          cluster_id: clusterId,
          topic_name: name,
          partition_id: written.partition,
          offset: Number(written.offset),
          timestamp: new Date(timestamp).toISOString(),
          ...(input.key && key ? { key: { type: input.key.type, size: key.length } } : {}),
          ...(input.value && value ? { value: { type: input.value.type, size: value.length } } : {}),
        });
      });
    // Whether an unanswered record was written cannot be seen from the log.
    return this.once.run(call, ProduceRecordReply, produce, async () => null);
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
