import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { GroupTable } from './group-table.ts';
import type { RecordEncoder } from './records.ts';

/**
 * Everything durable of the table's groups as the records that would make it: each group's own record as it
 * was last written (what a rebalance under way has changed since is not in the log either), then its
 * offsets, and those of open transactions. The table may change between two records; each is made when it is asked for.
 */
export function* snapshotGroups(table: GroupTable, encoder: RecordEncoder): Generator<CoordinatorRecord> {
  for (const group of table.all()) {
    if (group.record !== null) yield group.record;
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
}
