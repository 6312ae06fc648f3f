import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { encodeBatch, type NewRecord } from '@weir/kafka-protocol/records';
import { ConnectionLost, expectNone, KafkaRefusal } from './connection.ts';
import type { KafkaSession } from './session.ts';

/** The last with the topic's name. */
const produceVersion = 9;

export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Resolves with the offset of the first of the records, once all of them are durable. Whoever writes them again after it
 * rejected may have them in the log twice. Rejects with KafkaRefusal or ConnectionLost.
 */
export const writeBatch = async (
  session: KafkaSession,
  { partition, topic }: BatchPlace,
  records: readonly NewRecord[],
  timeoutMs: number,
): Promise<number> => {
  const leader = (await session.leaders(topic))[partition];
  if (leader === undefined) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION');
  if (leader < 0) throw new KafkaRefusal('LEADER_NOT_AVAILABLE');
  const batch = encodeBatch({ records });
  const answer = await session.ask(leader, produceApi, produceVersion, {
    acks: -1,
    timeoutMs,
    topicData: [{ name: topic, partitionData: [{ index: partition, records: batch }] }],
  });
  const [written] = answer.responses.flatMap((each) => each.partitionResponses);
  if (written === undefined) throw new ConnectionLost('the broker answered without the partition');
  expectNone(written.errorCode, written.errorMessage);
  return written.baseOffset;
};
