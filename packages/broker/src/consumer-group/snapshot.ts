import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { ClassicGroup } from '../group/classic-group.ts';
import type { GroupTable } from '../group/group-table.ts';
import type { ConsumerRecordEncoder } from './record-codec.ts';

/** The records that would make the group's side of the new protocol; each is made when it is asked for. */
export function* snapshotConsumer(
  table: GroupTable,
  group: ClassicGroup,
  encoder: ConsumerRecordEncoder,
): Generator<CoordinatorRecord> {
  const { consumer, name } = group;
  if (consumer === null) return;
  const isOver = () => table.find(name) !== group || group.consumer !== consumer;
  yield encoder.epoch(name, consumer);
  if (!isOver() && consumer.assignmentEpoch > 0) yield encoder.assignment(name, consumer);
  for (const [pattern, resolved] of consumer.regexes) {
    if (isOver()) return;
    yield encoder.regex(name, pattern, resolved);
  }
  for (const memberId of consumer.members.keys()) {
    // Looked up before each record: what has changed, or ended, since the one before is not told as it was.
    const subscription = consumer.members.get(memberId)?.subscription;
    if (subscription === undefined || isOver()) continue;
    yield encoder.member(name, memberId, subscription);
    const target = consumer.members.get(memberId)?.target;
    if (target === undefined || isOver()) continue;
    yield encoder.target(name, memberId, target);
    const current = consumer.members.get(memberId)?.current;
    if (current === undefined || isOver()) continue;
    yield encoder.current(name, memberId, current);
  }
}
