import { Inject, Injectable } from '@nestjs/common';
import { expectNone } from '@weir/kafka-client/connection';
import type { KafkaSession, Leaders } from '@weir/kafka-client/session';
import { describeLogDirsApi } from '@weir/kafka-protocol/apis/35-describe-log-dirs';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { notAuthorized } from '../kafka/kafka-refusals.ts';
import { findTopic } from '../topics/find-topic.ts';
import { KafkaClient } from './kafka-client.ts';
import { sizesMsMax } from './limits.ts';

const describeLogDirsVersion = 4;

/** What brokers store is theirs to tell: each leader is asked for its own, as Kafka's tools do. */
@Injectable()
export class PartitionSizes {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(KafkaClient) private readonly client: KafkaClient,
  ) {}

  /** Bytes by the partition's number; null: nobody leads it, or its leader cannot read it. */
  async run(call: Call, clusterId: string, name: string): Promise<(number | null)[]> {
    const open = await this.clusters.open(call, clusterId);
    const topic = await findTopic(open, name, 'DESCRIBE');
    if (!open.allows('DESCRIBE', 'CLUSTER', 'kafka-cluster')) {
      throw notAuthorized(
        `${open.principal} is not allowed to DESCRIBE the cluster. A role or an ACL can allow it.`,
      );
    }
    return this.client.run(call, open, sizesMsMax, async ({ session }) => {
      const sizes = await askLeaders(session, name, await session.leaders(name));
      return topic.partitions.map((_, index) => sizes.get(index) ?? null);
    });
  }
}

const askLeaders = async (
  session: KafkaSession,
  topic: string,
  leaders: Leaders,
): Promise<ReadonlyMap<number, number>> => {
  const sizes = new Map<number, number>();
  const led = Map.groupBy(leaders.keys(), (index) => leaders[index] ?? -1);
  led.delete(-1);
  for (const [node, partitions] of led) {
    const request = { topics: [{ topic, partitions }] };
    const answer = await session.ask(node, describeLogDirsApi, describeLogDirsVersion, request);
    expectNone(answer.errorCode);
    for (const { topics } of answer.results)
      for (const told of topics)
        for (const { partitionIndex, partitionSize } of told.partitions)
          sizes.set(partitionIndex, partitionSize);
  }
  return sizes;
};
