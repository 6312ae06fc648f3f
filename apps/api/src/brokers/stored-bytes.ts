import { Inject, Injectable } from '@nestjs/common';
import { ConnectionLost, KafkaRefusal } from '@weir/kafka-client/connection';
import type { KafkaSession } from '@weir/kafka-client/session';
import { describeLogDirsApi } from '@weir/kafka-protocol/apis/35-describe-log-dirs';
import type { Call } from '../http/call.ts';
import { Refused } from '../http/refused.ts';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { KafkaClient } from '../records/kafka-client.ts';
import { sizesMsMax } from '../records/limits.ts';

const describeLogDirsVersion = 4;
const unavailableStatus = 503;

/** What each broker stores of a cluster is the broker's to tell, as to Kafka's own tools. */
@Injectable()
export class StoredBytes {
  constructor(@Inject(KafkaClient) private readonly client: KafkaClient) {}

  /** By broker. Who does not answer in time, or not to the caller, is not in it. */
  async of(call: Call, open: OpenCluster): Promise<ReadonlyMap<number, number>> {
    if (!open.allows('DESCRIBE', 'CLUSTER', 'kafka-cluster')) return new Map();
    try {
      return await this.client.run(call, open, sizesMsMax, ({ session }) => askAll(session));
    } catch (cause) {
      // While no broker answers the rest is to be seen all the more.
      if (cause instanceof Refused && cause.status === unavailableStatus) return new Map();
      throw cause;
    }
  }
}

const askAll = async (session: KafkaSession): Promise<ReadonlyMap<number, number>> => {
  const brokerIds = await session.brokers();
  const told = await Promise.all(
    brokerIds.map(async (brokerId) => [brokerId, await askOne(session, brokerId)] as const),
  );
  return new Map(told.flatMap(([id, bytes]) => (bytes === null ? [] : [[id, bytes] as const])));
};

const askOne = async (session: KafkaSession, brokerId: number): Promise<number | null> => {
  try {
    const asked = { topics: null };
    const answer = await session.ask(brokerId, describeLogDirsApi, describeLogDirsVersion, asked);
    if (answer.errorCode !== 0) return null;
    const partitions = answer.results.flatMap(({ topics }) => topics.flatMap((one) => one.partitions));
    return partitions.reduce((sum, { partitionSize }) => sum + Math.max(0, partitionSize), 0);
  } catch (cause) {
    // It has just gone; the others are there.
    if (cause instanceof ConnectionLost || cause instanceof KafkaRefusal) return null;
    throw cause;
  }
};
