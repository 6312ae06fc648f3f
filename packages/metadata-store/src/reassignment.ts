import type { PartitionRecord } from './model.ts';
import { minInsyncReplicasOf } from './topic-configs.ts';

type Placed = Pick<PartitionRecord, 'replicas' | 'reassignment'>;

/** Those that are to get the log, in order; KIP-455. */
export function addingReplicas({ reassignment }: Placed): readonly number[] {
  if (reassignment === null) return [];
  const { from, to } = reassignment;
  return to.filter((brokerId) => !from.includes(brokerId));
}

/** Those that are to let go of the log once it is where it is to be; KIP-455. */
export function removingReplicas({ reassignment }: Placed): readonly number[] {
  if (reassignment === null) return [];
  const { from, to } = reassignment;
  return from.filter((brokerId) => !to.includes(brokerId));
}

/** How many replicas the partition counts as having: while they are reassigned, as many as it had before. */
export function replicationFactorOf({ replicas, reassignment }: Placed): number {
  return (reassignment?.from ?? replicas).length;
}

/**
 * How many of the replicas must be in sync for a record to be committed, never more than there are. Those that are
 * only being added raise it once they have all of the log: until then nobody waits for them.
 */
export function committingReplicas(record: Placed, configs: Readonly<Record<string, string>>): number {
  const factor = replicationFactorOf(record);
  return Math.min(minInsyncReplicasOf(configs, factor), factor);
}

/**
 * The row with its reassignment at an end, if it may end: whoever was added is in sync, as many of the target are as
 * there were in sync so far (or all of it), and one of them leads. What was committed is on all that are in sync,
 * and so on those that stay.
 */
export function completed(
  record: PartitionRecord,
  configs: Readonly<Record<string, string>>,
): PartitionRecord {
  if (record.reassignment === null) return record;
  const { to } = record.reassignment;
  const isr = record.isr.filter((brokerId) => to.includes(brokerId));
  const next = { ...record, replicas: to, isr, eligibleReplicas: [], reassignment: null };
  const isComplete =
    addingReplicas(record).every((brokerId) => isr.includes(brokerId)) &&
    isr.includes(record.leader) &&
    isr.length >= Math.min(record.isr.length, to.length) &&
    isr.length >= committingReplicas(next, configs);
  return isComplete ? next : record;
}
