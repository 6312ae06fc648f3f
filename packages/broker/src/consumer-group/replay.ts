import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { ClassicGroup, DeadlineSubject } from '../group/classic-group.ts';
import type { GroupTable } from '../group/group-table.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { noPartitions } from './partitions.ts';
import { joining } from './reconcile.ts';
import { type ConsumerRecord, decodeConsumerRecord } from './record-codec.ts';

/** Brings the table up to a record of a group of the new protocol; others are passed over. */
export function replayConsumerRecord(table: GroupTable, record: CoordinatorRecord): void {
  const decoded = decodeConsumerRecord(record);
  if (decoded === null) return;
  const known = table.find(decoded.group);
  if (decoded.value !== null) apply(table.becomeConsumer(known ?? table.create(decoded.group, 0)), decoded);
  else if (known !== undefined && known.consumer !== null) replayEnd(table, known, known.consumer, decoded);
}

function replayEnd(
  table: GroupTable,
  group: ClassicGroup,
  consumer: ConsumerGroup<DeadlineSubject>,
  record: ConsumerRecord,
): void {
  switch (record.type) {
    case 'epoch':
      table.remove(group);
      return;
    case 'member':
      consumer.remove(record.memberId);
      table.cancelConsumer(consumer, record.memberId);
      return;
    case 'target':
      consumer.setTarget(record.memberId, noPartitions);
      return;
    case 'current':
      consumer.setCurrent(record.memberId, joining);
      return;
    case 'regex':
      consumer.setRegex(record.pattern, null);
      return;
    case 'assignment':
      return;
    default:
      record satisfies never;
  }
}

function apply(consumer: ConsumerGroup<DeadlineSubject>, record: ConsumerRecord): void {
  if (record.value === null) return;
  switch (record.type) {
    case 'epoch':
      consumer.epoch = record.value.epoch;
      consumer.metadataHash = record.value.metadataHash;
      return;
    case 'assignment':
      consumer.assignmentEpoch = record.value.assignmentEpoch;
      consumer.assignmentTimestamp = record.value.assignmentTimestamp;
      return;
    case 'member':
      consumer.setSubscription(record.memberId, record.value);
      return;
    case 'target':
      consumer.setTarget(record.memberId, record.value);
      return;
    case 'current':
      consumer.setCurrent(record.memberId, record.value);
      return;
    case 'regex':
      consumer.setRegex(record.pattern, record.value);
      return;
    default:
      record satisfies never;
  }
}
