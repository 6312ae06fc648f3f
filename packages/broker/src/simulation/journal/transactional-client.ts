import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { addPartitionsToTxnApi } from '@weir/kafka-protocol/apis/24-add-partitions-to-txn';
import { addOffsetsToTxnApi } from '@weir/kafka-protocol/apis/25-add-offsets-to-txn';
import { endTxnApi } from '@weir/kafka-protocol/apis/26-end-txn';
import { txnOffsetCommitApi } from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { type Client, NoAnswer } from '../wire-client.ts';
import { journalTopic } from './journal-stage.ts';

/** A producer of a transactional id, as it says who it is. */
export interface TransactionalName {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a producer is told to go on with. */
export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export type Answered<T> = { readonly error: 'NONE'; readonly value: T } | { readonly error: Refused };
export type Refused = Exclude<ErrorName, 'NONE'> | 'NO_ANSWER';

const nothing = null;

/** Whoever hears one of these comes again with the same. */
const passing: ReadonlySet<ErrorName | 'NO_ANSWER'> = new Set([
  'NO_ANSWER',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'REQUEST_TIMED_OUT',
  'KAFKA_STORAGE_ERROR',
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
]);

export const isPassing = (error: ErrorName | 'NO_ANSWER'): boolean => passing.has(error);

export function initProducer(
  client: Client,
  name: TransactionalName,
  transactionTimeoutMs: number,
): Promise<Answered<Identity>> {
  return asked(async () => {
    const answer = await client.request(initProducerIdApi, 4, { ...name, transactionTimeoutMs });
    const { producerId = -1, producerEpoch } = answer;
    return [errorName(answer.errorCode), { producerId, producerEpoch }];
  });
}

/** Partitions, and the group of the id's name where `hasOffsets`, become part of the transaction (protocol 1). */
export async function addToTransaction(
  client: Client,
  name: TransactionalName,
  partitions: readonly number[],
  hasOffsets: boolean,
): Promise<Answered<null>> {
  const { transactionalId, producerId, producerEpoch } = name;
  const added = await asked(async () => {
    const answer = await client.request(addPartitionsToTxnApi, 3, {
      ...{ transactions: [], v3AndBelowTransactionalId: transactionalId },
      ...{ v3AndBelowProducerId: producerId, v3AndBelowProducerEpoch: producerEpoch },
      v3AndBelowTopics: [{ name: journalTopic, partitions: [...partitions] }],
    });
    const [topic] = answer.resultsByTopicV3AndBelow ?? [];
    const codes = topic?.resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode) ?? [-1];
    return [errorName(codes.find((code) => code !== 0) ?? 0), nothing];
  });
  if (added.error !== 'NONE' || !hasOffsets) return added;
  return asked(async () => {
    const answer = await client.request(addOffsetsToTxnApi, 3, { ...name, groupId: transactionalId });
    return [errorName(answer.errorCode), nothing];
  });
}

export function commitOffset(
  client: Client,
  name: TransactionalName,
  offset: number,
  protocol: 1 | 2,
): Promise<Answered<null>> {
  const asOffset = { partitionIndex: 0, committedOffset: offset, committedMetadata: '' };
  const topics = [{ name: journalTopic, partitions: [asOffset] }];
  return asked(async () => {
    const request = { ...name, groupId: name.transactionalId, topics };
    const answer = await client.request(txnOffsetCommitApi, protocol === 2 ? 5 : 4, request);
    return [errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1), nothing];
  });
}

/** Under protocol 2 the answer tells who the producer is from now on. */
export function endTransaction(
  client: Client,
  name: TransactionalName,
  isCommit: boolean,
  protocol: 1 | 2,
): Promise<Answered<Identity>> {
  return asked(async () => {
    const request = { ...name, committed: isCommit };
    const answer = await client.request(endTxnApi, protocol === 2 ? 5 : 4, request);
    const { producerId = -1, producerEpoch = -1 } = answer;
    return [errorName(answer.errorCode), protocol === 2 ? { producerId, producerEpoch } : name];
  });
}

async function asked<T>(ask: () => Promise<readonly [ErrorName, T]>): Promise<Answered<T>> {
  try {
    const [error, value] = await ask();
    return error === 'NONE' ? { error, value } : { error };
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause;
    return { error: 'NO_ANSWER' };
  }
}
