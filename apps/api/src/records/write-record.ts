import { ConnectionLost, expectNone, KafkaRefusal } from '@weir/kafka-client/connection';
import type { KafkaSession } from '@weir/kafka-client/session';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { encodeBatch, type NewRecord } from '@weir/kafka-protocol/records';
import { OutcomeUnknown } from '../http/refused.ts';
import { produceMsMax } from './limits.ts';
import type { ProducerId } from './producer-ids.ts';

/** The last with the topic's name. */
const produceVersion = 9;
const initProducerIdVersion = 4;

/** After these the record may be in the log all the same. */
const leavesOpen: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'REQUEST_TIMED_OUT',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'UNKNOWN_SERVER_ERROR',
  'NETWORK_EXCEPTION',
]);

/** The broker has forgotten the producer, or takes it for another: a new id begins anew. */
const forgetsProducer: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * One record on its way to a partition. `attempt` may be called again with another session until it resolves:
 * every attempt carries the same producer id and sequence number, so the broker writes it once (KIP-98).
 */
export class RecordWrite {
  readonly #place: Place;
  readonly #record: NewRecord;
  #producer: ProducerId | null;
  #isOpen = false;

  constructor(place: Place, record: NewRecord, producer: ProducerId | null) {
    this.#place = place;
    this.#record = record;
    this.#producer = producer;
  }

  /** It was sent, and nothing tells whether it was written. */
  get isOutcomeOpen(): boolean {
    return this.#isOpen;
  }

  /** Null until the broker has given one. */
  get producer(): ProducerId | null {
    return this.#producer;
  }

  /** Resolves with the record's offset once it is durable. */
  async attempt(session: KafkaSession): Promise<number> {
    const leaders = await session.leaders(this.#place.topic);
    const leader = leaders[this.#place.partition];
    if (leader === undefined) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION');
    if (leader < 0) throw new KafkaRefusal('LEADER_NOT_AVAILABLE');
    this.#producer ??= await newProducer(session);
    try {
      return await this.#send(session, leader, this.#producer);
    } catch (cause) {
      if (!(cause instanceof KafkaRefusal) || !forgetsProducer.has(cause.error) || this.#isOpen) throw cause;
      this.#producer = await newProducer(session);
      return this.#send(session, leader, this.#producer);
    }
  }

  async #send(session: KafkaSession, leader: number, producer: ProducerId): Promise<number> {
    const { topic, partition } = this.#place;
    const records = encodeBatch({
      records: [this.#record],
      producerId: producer.id,
      producerEpoch: producer.epoch,
      baseSequence: producer.sequence,
    });
    const wasOpen = this.#isOpen;
    this.#isOpen = true;
    const answer = await session.ask(leader, produceApi, produceVersion, {
      acks: -1,
      timeoutMs: produceMsMax,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    });
    const [written] = answer.responses.flatMap((each) => each.partitionResponses);
    if (written === undefined) throw new ConnectionLost('the broker answered without the partition');
    try {
      expectNone(written.errorCode, written.errorMessage);
    } catch (cause) {
      // A refusal closes only what this very attempt opened.
      if (cause instanceof KafkaRefusal && !leavesOpen.has(cause.error)) this.#isOpen = wasOpen;
      throw cause;
    }
    this.#isOpen = false;
    return written.baseOffset;
  }
}

const newProducer = async (session: KafkaSession): Promise<ProducerId> => {
  const given = await session.ask(null, initProducerIdApi, initProducerIdVersion, {
    transactionalId: null,
    transactionTimeoutMs: produceMsMax,
  });
  expectNone(given.errorCode);
  return { id: given.producerId, epoch: given.producerEpoch, sequence: 0 };
};

export const recordOutcomeUnknown = (): OutcomeUnknown =>
  new OutcomeUnknown(
    'The cluster did not answer in time: the record may have been written or not. Look for it in the topic ' +
      'before you send it again.',
  );
