import { snapshotConsumer } from '../consumer-group/snapshot.ts';
import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import { snapshotShares } from '../share-group/sweep.ts';
import type { GroupTable } from './group-table.ts';
import type { Encoders } from './step.ts';

/**
 * Everything durable of the table's groups as the records that would make it: each classic group's own record as it
 * was last written (what a rebalance under way has changed since is not in the log either), or what there is of one of the new protocol, then its
 * offsets, and those of open transactions. The table may change between two records; each is made when it is asked for.
 */
export function* snapshotGroups(
  table: GroupTable,
  { classic: encoder, consumer }: Encoders,
): Generator<CoordinatorRecord> {
  for (const group of table.all()) {
    if (group.record !== null) yield group.record;
    yield* snapshotConsumer(table, group, consumer);
    for (const [topic, partitions] of group.offsets) {
      for (const [partition, committed] of partitions) {
        // Forgotten while the snapshot gave way: a record now would bring it back.
        if (table.find(group.name) !== group) break;
        yield encoder.offset(group.name, topic, partition, committed);
      }
    }
    for (const pending of group.pending.all()) {
      if (table.find(group.name) !== group) break;
      yield encoder.pending(group.name, pending);
    }
  }
  yield* snapshotShares(table.shares);
}
