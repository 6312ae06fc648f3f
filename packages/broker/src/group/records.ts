import { defineMessage, neverFlexible } from '@weir/kafka-protocol/message';
import { Reader } from '@weir/kafka-protocol/reader';
import {
  array,
  bytes,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  string,
  uuid,
} from '@weir/kafka-protocol/schema';
import { Writer } from '@weir/kafka-protocol/writer';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { PendingOffset } from './pending-offsets.ts';

/**
 * The records of `__consumer_offsets` in Apache Kafka's own formats, so that its tools can read them. A key
 * is INT16 record type, then its fields; a value is INT16 version, then its fields. The group field
 * holds `<cluster id>/<group id>`: one internal topic serves every cluster of the cell.
 */
const offsetCommitType = 1;
const groupMetadataType = 2;
/**
 * Ours, which Kafka does not know and so skips: an offset of an open transaction. Kafka has a transactional batch instead,
 * of which the snapshots of this log could not be made.
 */
const pendingOffsetType = 0x5746;

export const offsetCommitKeyFields = {
  group: string('0'),
  topic: string('0'),
  partition: int32('0'),
};

/** v1 alone carries a time of expiry (commits of v2–4 with a retention time); v3 adds leader epochs, v4 is flexible and adds the topic id. */
export const offsetCommitValueFields = {
  offset: int64('0+'),
  leaderEpoch: int32('3+', { default: -1 }),
  metadata: string('0+'),
  commitTimestamp: int64('0+'),
  expireTimestamp: int64('1', { default: -1 }),
  topicId: uuid('4+', { tag: 0 }),
};

export const groupMetadataKeyFields = {
  group: string('0'),
};

/** v1 adds rebalance timeouts, v2 the time of the last change of state, v3 static members, v4 is flexible. */
export const groupMetadataValueFields = {
  protocolType: string('0+'),
  generation: int32('0+'),
  protocol: string('0+', { nullable: '0+' }),
  leader: string('0+', { nullable: '0+' }),
  currentStateTimestamp: int64('2+', { default: -1 }),
  members: array(
    {
      memberId: string('0+'),
      groupInstanceId: string('3+', { nullable: '3+', default: null }),
      clientId: string('0+'),
      clientHost: string('0+'),
      rebalanceTimeout: int32('1+', { default: -1 }),
      sessionTimeout: int32('0+'),
      subscription: bytes('0+'),
      assignment: bytes('0+'),
    },
    '0+',
  ),
};

export const pendingOffsetKeyFields = {
  group: string('0'),
  topic: string('0'),
  partition: int32('0'),
  producerId: int64('0'),
};

export const pendingOffsetValueFields = {
  producerEpoch: int16('0'),
  offset: int64('0'),
  leaderEpoch: int32('0'),
  metadata: string('0'),
  commitTimestamp: int64('0'),
  topicId: uuid('0'),
};

const key = { versionMin: 0, versionMax: 0, flexibleFrom: neverFlexible };
const value = { versionMin: 0, versionMax: 4, flexibleFrom: 4 };
export const offsetCommitKey = defineMessage({ ...key, fields: offsetCommitKeyFields });
export const offsetCommitValue = defineMessage({ ...value, fields: offsetCommitValueFields });
export const groupMetadataKey = defineMessage({ ...key, fields: groupMetadataKeyFields });
export const groupMetadataValue = defineMessage({ ...value, fields: groupMetadataValueFields });
const own = { versionMin: 0, versionMax: 0, flexibleFrom: 0 };
const pendingOffsetKey = defineMessage({ ...key, fields: pendingOffsetKeyFields });
const pendingOffsetValue = defineMessage({ ...own, fields: pendingOffsetValueFields });

export type PendingOffsetKey = Decoded<typeof pendingOffsetKeyFields>;
export type PendingOffsetValue = Decoded<typeof pendingOffsetValueFields>;
export type OffsetCommitValue = Decoded<typeof offsetCommitValueFields>;
export type GroupMetadataValue = Decoded<typeof groupMetadataValueFields>;
export type NewOffsetCommitValue = Encodable<typeof offsetCommitValueFields>;
export type NewGroupMetadataValue = Encodable<typeof groupMetadataValueFields>;

/** Cluster ids hold no slash, group ids may. */
export interface GroupName {
  readonly clusterId: string;
  readonly groupId: string;
}

export type GroupRecord =
  | {
      readonly type: 'offset';
      readonly group: GroupName;
      readonly topic: string;
      readonly partition: number;
      readonly value: OffsetCommitValue | null;
    }
  | {
      readonly type: 'pending';
      readonly group: GroupName;
      readonly key: PendingOffsetKey;
      readonly value: PendingOffsetValue | null;
    }
  | { readonly type: 'group'; readonly group: GroupName; readonly value: GroupMetadataValue | null };

/** Builds records; each gets bytes of its own. One a shard. */
export class RecordEncoder {
  private readonly writer = new Writer();

  offset(
    group: GroupName,
    topic: string,
    partition: number,
    commit: NewOffsetCommitValue | null,
  ): CoordinatorRecord {
    this.writer.startPlain().int16(offsetCommitType);
    offsetCommitKey.encode(this.writer, 0, { group: joinName(group), topic, partition });
    const encodedKey = this.take();
    if (commit === null) return { key: encodedKey, value: null };
    const expires = commit.expireTimestamp !== undefined && commit.expireTimestamp !== -1;
    const version = expires ? 1 : 4;
    this.writer.startPlain().int16(version);
    offsetCommitValue.encode(this.writer, version, commit);
    return { key: encodedKey, value: this.take() };
  }

  pending(group: GroupName, pending: PendingOffset): CoordinatorRecord {
    const { producerEpoch, committed } = pending;
    const encodedKey = this.pendingKey(group, pending);
    this.writer.startPlain().int16(own.versionMax);
    pendingOffsetValue.encode(this.writer, own.versionMax, { producerEpoch, ...committed });
    return { key: encodedKey, value: this.take() };
  }

  /** It is not pending any more, however the transaction ended. */
  pendingEnd(group: GroupName, pending: PendingOffset): CoordinatorRecord {
    return { key: this.pendingKey(group, pending), value: null };
  }

  private pendingKey(group: GroupName, { topic, partition, producerId }: PendingOffset): Buffer {
    this.writer.startPlain().int16(pendingOffsetType);
    pendingOffsetKey.encode(this.writer, 0, { group: joinName(group), topic, partition, producerId });
    return this.take();
  }

  group(group: GroupName, metadata: NewGroupMetadataValue | null): CoordinatorRecord {
    this.writer.startPlain().int16(groupMetadataType);
    groupMetadataKey.encode(this.writer, 0, { group: joinName(group) });
    const encodedKey = this.take();
    if (metadata === null) return { key: encodedKey, value: null };
    // As Apache Kafka 4.3 writes it.
    const version = 3;
    this.writer.startPlain().int16(version);
    groupMetadataValue.encode(this.writer, version, metadata);
    return { key: encodedKey, value: this.take() };
  }

  private take(): Buffer {
    const [first, ...rest] = this.writer.finish();
    return first !== undefined && rest.length === 0
      ? first
      : Buffer.concat(first === undefined ? [] : [first, ...rest]);
  }
}

/**
 * Decodes a record of the internal partition; byte fields are views of it. Null for record types that a
 * later version may write. Throws a ProtocolError when the bytes are damaged.
 */
export function decodeGroupRecord(record: CoordinatorRecord): GroupRecord | null {
  const reader = new Reader(record.key);
  const type = reader.int16();
  if (type === offsetCommitType) {
    const { group, topic, partition } = offsetCommitKey.decode(reader, 0);
    return {
      type: 'offset',
      group: splitName(group),
      topic,
      partition,
      value: decodeValue(record, offsetCommitValue),
    };
  }
  if (type === pendingOffsetType) {
    const decoded = pendingOffsetKey.decode(reader, 0);
    const group = splitName(decoded.group);
    return { type: 'pending', group, key: decoded, value: decodeValue(record, pendingOffsetValue) };
  }
  if (type === groupMetadataType) {
    const { group } = groupMetadataKey.decode(reader, 0);
    return { type: 'group', group: splitName(group), value: decodeValue(record, groupMetadataValue) };
  }
  return null;
}

function decodeValue<Value>(
  record: CoordinatorRecord,
  message: { decode(reader: Reader, version: number): Value },
): Value | null {
  if (record.value === null) return null;
  const reader = new Reader(record.value);
  return message.decode(reader, reader.int16());
}

/** The INT16 that precedes each text in the records' older versions. */
const textBytesMax = 0x7fff;

/** Whether a record can hold the text, with so many bytes of ours beside it. Text that was no UTF-8 grows by being read. */
export function isStorableText(text: string, room = 0): boolean {
  // No text takes more than three bytes a unit, so that most need not be looked at.
  return text.length * 3 + room <= textBytesMax || Buffer.byteLength(text) + room <= textBytesMax;
}

/** Whether a record can hold the name. */
export function isStorableName(name: GroupName): boolean {
  return isStorableText(joinName(name));
}

export function joinName({ clusterId, groupId }: GroupName): string {
  return `${clusterId}/${groupId}`;
}

export function splitName(name: string): GroupName {
  const slash = name.indexOf('/');
  return { clusterId: name.slice(0, Math.max(slash, 0)), groupId: name.slice(slash + 1) };
}
