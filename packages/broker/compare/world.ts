import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { findCoordinatorApi } from '@weir/kafka-protocol/apis/10-find-coordinator';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { errorCode } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { World } from '../abuse/sound-request.ts';
import { batchOf } from '../src/testing/log-for-tests.ts';
import type { Conversation } from './conversation.ts';

const settleMs = 50;
const triesMax = 400;

/** A topic of two partitions with three records in the first, and names for the rest. */
export async function furnish(talk: Conversation, name: string): Promise<World> {
  const topic = `topic-${name}`;
  const topics = [{ name: topic, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }];
  // Here so many topics are made in a second, and no more.
  await until(`${topic} is made`, async () => {
    const made = await talk.quietly(createTopicsApi, 7, { topics, timeoutMs: 5_000, validateOnly: false });
    const error = made?.topics[0]?.errorCode ?? 0;
    return error === 0 || error === errorCode('TOPIC_ALREADY_EXISTS') ? true : null;
  });
  const topicId = await untilReadable(talk, topic);
  const batch = batchOf({ count: 3, timestamp: Date.now() });
  await talk.quietly(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 5_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  });
  return { topic, topicId, group: `group-${name}` };
}

/** The topic's id, once its first partitions can be read: Kafka answers a creation before its broker has heard of it. */
export async function untilReadable(talk: Conversation, topic: string, count = 2): Promise<string> {
  const topicId = await idOf(talk, topic);
  await until(`${topic} can be read`, async () => {
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1,
    }));
    const topics = [{ name: topic, partitions }];
    const answer = await talk.quietly(listOffsetsApi, 7, { replicaId: -1, isolationLevel: 0, topics });
    return answer?.topics[0]?.partitions.every((partition) => partition.errorCode === 0) === true
      ? true
      : null;
  });
  return topicId;
}

/** Once a broker: its coordinators have their topics, and have read them. */
export async function warm(talk: Conversation): Promise<void> {
  await until('there is a coordinator of groups', async () => {
    const topics = [{ name: 'warm', partitionIndexes: [] }];
    const found = await talk.quietly(findCoordinatorApi, 4, { keyType: 0, coordinatorKeys: ['warm'] });
    if (found?.coordinators[0]?.errorCode !== 0) return null;
    const groups = Array.from({ length: shardsWarmed }, (_, at) => ({ groupId: `warm-${at}`, topics }));
    const answer = await talk.quietly(offsetFetchApi, 8, { groups, requireStable: false });
    return answer?.groups.every((group) => group.errorCode === 0) === true ? true : null;
  });
  await until('there is a coordinator of transactions', async () => {
    const found = await talk.quietly(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: ['warm'] });
    if (found?.coordinators[0]?.errorCode !== 0) return null;
    for (let at = 0; at < shardsWarmed; at += 1) {
      const answer = await talk.quietly(initProducerIdApi, 4, {
        transactionalId: `warm-${at}`,
        transactionTimeoutMs: 1_000,
      });
      if (answer?.errorCode !== 0) return null;
    }
    return true;
  });
}

/** Enough that each shard of either coordinator is met: Kafka has fifty. */
const shardsWarmed = 400;

const idOf = (talk: Conversation, topic: string): Promise<string> =>
  until(`${topic} is told of`, async () => {
    const answer = await talk.quietly(metadataApi, 12, {
      topics: [{ topicId: zeroUuid, name: topic }],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false,
    });
    const found = answer?.topics[0];
    return found?.errorCode === 0 && found.partitions.every((partition) => partition.errorCode === 0)
      ? found.topicId
      : null;
  });

/** What `ask` gives once it does not give null. */
async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, settleMs));
  }
  throw new Error(`never came true: ${what}`);
}
