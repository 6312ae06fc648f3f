import { defineMessage, neverFlexible } from '@weir/kafka-protocol/message';
import { Reader } from '@weir/kafka-protocol/reader';
import {
  array,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  int64,
  string,
} from '@weir/kafka-protocol/schema';
import { Writer } from '@weir/kafka-protocol/writer';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';

/**
 * The records of `__transaction_state` in Apache Kafka's own formats. A key is INT16 version, then its fields; so is
 * a value. The id holds `<cluster id>/<transactional id>`: one internal topic serves every cluster of the cell.
 */
export const transactionLogKeyFields = {
  transactionalId: string('0'),
};

/** v1 is flexible, and tells of ids that come after and before, and of the protocol (KIP-890). */
export const transactionLogValueFields = {
  producerId: int64('0+'),
  previousProducerId: int64('1+', { default: -1, tag: 0 }),
  nextProducerId: int64('1+', { default: -1, tag: 1 }),
  producerEpoch: int16('0+'),
  nextProducerEpoch: int16('1+', { default: -1, tag: 3 }),
  transactionTimeoutMs: int32('0+'),
  transactionStatus: int8('0+'),
  transactionPartitions: array({ topic: string('0+'), partitionIds: array('int32', '0+') }, '0+', {
    nullable: '0+',
  }),
  transactionLastUpdateTimestampMs: int64('0+'),
  transactionStartTimestampMs: int64('0+'),
  clientTransactionVersion: int16('1+', { default: 0, tag: 2 }),
};

const logKey = defineMessage({
  ...{ versionMin: 0, versionMax: 0, flexibleFrom: neverFlexible },
  fields: transactionLogKeyFields,
});
const logValue = defineMessage({
  ...{ versionMin: 0, versionMax: 1, flexibleFrom: 1 },
  fields: transactionLogValueFields,
});
const keyVersion = 0;
const valueVersion = 1;

export type TransactionLogValue = Decoded<typeof transactionLogValueFields>;
export type NewTransactionLogValue = Encodable<typeof transactionLogValueFields>;

/** Cluster ids hold no slash, transactional ids may. */
export interface TransactionName {
  readonly clusterId: string;
  readonly transactionalId: string;
}

/** Builds records; each gets bytes of its own. One a shard. */
export class TransactionEncoder {
  private readonly writer = new Writer();

  record(name: TransactionName, value: NewTransactionLogValue | null): CoordinatorRecord {
    this.writer.startPlain().int16(keyVersion);
    logKey.encode(this.writer, keyVersion, { transactionalId: joinName(name) });
    const key = this.take();
    if (value === null) return { key, value: null };
    this.writer.startPlain().int16(valueVersion);
    logValue.encode(this.writer, valueVersion, value);
    return { key, value: this.take() };
  }

  private take(): Buffer {
    return Buffer.concat(this.writer.finish());
  }
}

export interface TransactionRecord {
  readonly name: TransactionName;
  /** Null: the id is forgotten. */
  readonly value: TransactionLogValue | null;
}

/** Null for record types that a later version may write. Throws a ProtocolError when the bytes are damaged. */
export function decodeTransactionRecord(record: CoordinatorRecord): TransactionRecord | null {
  const reader = new Reader(record.key);
  if (reader.int16() !== keyVersion) return null;
  const name = splitName(logKey.decode(reader, keyVersion).transactionalId);
  if (record.value === null) return { name, value: null };
  const value = new Reader(record.value);
  return { name, value: logValue.decode(value, value.int16()) };
}

/** The INT16 that precedes a text. */
const textBytesMax = 0x7fff;

/** Whether a record can hold the name. */
export function isStorableName(name: TransactionName): boolean {
  return Buffer.byteLength(joinName(name)) <= textBytesMax;
}

function joinName({ clusterId, transactionalId }: TransactionName): string {
  return `${clusterId}/${transactionalId}`;
}

function splitName(name: string): TransactionName {
  const slash = name.indexOf('/');
  return { clusterId: name.slice(0, Math.max(slash, 0)), transactionalId: name.slice(slash + 1) };
}
