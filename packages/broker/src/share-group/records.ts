import { defineMessage, neverFlexible } from '@weir/kafka-protocol/message';
import { Reader } from '@weir/kafka-protocol/reader';
import { array, int8, int16, int32, int64, string, uuid } from '@weir/kafka-protocol/schema';
import { Writer } from '@weir/kafka-protocol/writer';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { type GroupName, joinName, splitName } from '../group/records.ts';
import type { Run } from './record-runs.ts';
import type { DurableShare } from './share-partition.ts';

/**
 * What share groups add to `__consumer_offsets` (`group/records` has the framing). Members and the group's epoch are in
 * Apache Kafka's own formats. What members are assigned follows from these, and is not told.
 */
const memberType = 10;
const epochType = 11;
/**
 * Ours, which Kafka does not know and so skips: what became of the records of a partition. Kafka has a topic of its own
 * for these, whose states the leaders of partitions write; here the group's coordinator has all that is its group's.
 */
const partitionType = 0x5748;

const key = { versionMin: 0, versionMax: 0, flexibleFrom: neverFlexible };
const value = { versionMin: 0, versionMax: 0, flexibleFrom: 0 };
const groupKey = defineMessage({ ...key, fields: { groupId: string('0') } });
const memberKey = defineMessage({ ...key, fields: { groupId: string('0'), memberId: string('0') } });
const partitionKey = defineMessage({
  ...key,
  fields: { groupId: string('0'), topicId: uuid('0'), partition: int32('0') },
});
const memberValue = defineMessage({
  ...value,
  fields: {
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    subscribedTopicNames: array('string', '0+'),
  },
});
const epochValue = defineMessage({
  ...value,
  fields: { epoch: int32('0+'), metadataHash: int64('0+', { tag: 0, default: 0 }) },
});
const partitionValue = defineMessage({
  ...value,
  fields: {
    startOffset: int64('0+'),
    runs: array(
      { first: int64('0+'), last: int64('0+'), state: int8('0+'), deliveryCount: int16('0+') },
      '0+',
    ),
  },
});

export interface ShareSubscription {
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Each once, in order. */
  readonly subscribedTopicNames: readonly string[];
}

export type ShareRecord = { readonly group: GroupName } & (
  | { readonly type: 'epoch'; readonly value: { readonly epoch: number } | null }
  | { readonly type: 'member'; readonly memberId: string; readonly value: ShareSubscription | null }
  | {
      readonly type: 'partition';
      readonly topicId: string;
      readonly partition: number;
      readonly value: DurableShare | null;
    }
);

const version = 0;
/** As in Apache Kafka's own states of records. */
const stateCodes = { available: 0, acquired: 1, acknowledged: 2, archived: 4 } as const;

/** Builds records; each gets bytes of its own. One a shard. */
export class ShareRecordEncoder {
  private readonly writer = new Writer();

  epoch(group: GroupName, epoch: number | null): CoordinatorRecord {
    this.writer.startPlain().int16(epochType);
    groupKey.encode(this.writer, version, { groupId: joinName(group) });
    return this.record(this.take(), epoch === null ? null : { epoch, metadataHash: 0 }, epochValue);
  }

  member(group: GroupName, memberId: string, subscription: ShareSubscription | null): CoordinatorRecord {
    this.writer.startPlain().int16(memberType);
    memberKey.encode(this.writer, version, { groupId: joinName(group), memberId });
    return this.record(this.take(), subscription, memberValue);
  }

  partition(
    group: GroupName,
    place: { readonly topicId: string; readonly partition: number },
    share: DurableShare | null,
  ): CoordinatorRecord {
    this.writer.startPlain().int16(partitionType);
    partitionKey.encode(this.writer, version, { groupId: joinName(group), ...place });
    const key = this.take();
    if (share === null) return { key, value: null };
    const runs = share.runs.map(({ state, ...run }) => ({ ...run, state: stateCodes[state] }));
    return this.record(key, { startOffset: share.startOffset, runs }, partitionValue);
  }

  private record<Value>(
    key: Buffer,
    value: Value | null,
    message: { encode(writer: Writer, version: number, value: Value): void },
  ): CoordinatorRecord {
    if (value === null) return { key, value: null };
    this.writer.startPlain().int16(version);
    message.encode(this.writer, version, value);
    return { key, value: this.take() };
  }

  private take(): Buffer {
    return Buffer.concat(this.writer.finish());
  }
}

/** Decodes a record of a share group; null for those of other types. Throws a ProtocolError when the bytes are damaged. */
export function decodeShareRecord(record: CoordinatorRecord): ShareRecord | null {
  const reader = new Reader(record.key);
  switch (reader.int16()) {
    case epochType: {
      const { groupId } = groupKey.decode(reader, version);
      return { type: 'epoch', group: splitName(groupId), value: recordedOf(record, epochValue) };
    }
    case memberType: {
      const { groupId, memberId } = memberKey.decode(reader, version);
      return { type: 'member', group: splitName(groupId), memberId, value: recordedOf(record, memberValue) };
    }
    case partitionType: {
      const { groupId, ...place } = partitionKey.decode(reader, version);
      return { type: 'partition', group: splitName(groupId), ...place, value: shareOf(record) };
    }
    default:
      return null;
  }
}

function shareOf(record: CoordinatorRecord): DurableShare | null {
  const recorded = recordedOf(record, partitionValue);
  if (recorded === null) return null;
  const runs = recorded.runs.map(
    ({ state, ...run }): Run => ({ ...run, state: stateOf(state), memberId: null, lockedUntilMs: 0 }),
  );
  return { startOffset: recorded.startOffset, runs };
}

/** Nobody has anything yet where a coordinator begins. */
function stateOf(code: number): Run['state'] {
  if (code === stateCodes.acknowledged) return 'acknowledged';
  return code === stateCodes.archived ? 'archived' : 'available';
}

function recordedOf<Value>(
  { value: bytes }: CoordinatorRecord,
  message: { decode(reader: Reader, version: number): Value },
): Value | null {
  if (bytes === null) return null;
  const reader = new Reader(bytes);
  return message.decode(reader, reader.int16());
}
