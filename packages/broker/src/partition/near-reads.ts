import type { PartitionRecord } from '@weir/metadata-store/model';
import { addingReplicas } from '@weir/metadata-store/reassignment';
import { leaderSilenceMsMax } from '../cell-limits.ts';
import type { PartitionEnvironment } from './partition-environment.ts';

// Consumers read from a replica in their own zone (KIP-392): when a follower serves them.

/** A follower, as far as its readers are concerned. */
export interface ReadReplica {
  readonly record: PartitionRecord;
  readonly isFollower: boolean;
  readonly isOpen: boolean;
  /** In which the leader has told what is committed, having compared the histories; −1: it never has. */
  readonly comparedEpoch: number;
}

/**
 * Whether a follower may serve readers up to its high watermark. Kafka's follower always does; ours only while it
 * is sure to be told what is committed: in sync, no longer being added, with a lease, and heard by its leader in this
 * term a moment ago. In a term whose leader has not compared its history with this one's, something may yet be cut.
 */
export function servesReaders(environment: PartitionEnvironment, replica: ReadReplica): boolean {
  const { record, isFollower, isOpen, comparedEpoch } = replica;
  const { brokerId, life, leaders, deps } = environment;
  if (!isFollower || !isOpen || comparedEpoch !== record.leaderEpoch) return false;
  if (!record.isr.includes(brokerId) || addingReplicas(record).includes(brokerId)) return false;
  if (life === undefined || life.isOver || life.isLeaseOver || leaders === undefined) return false;
  return deps.clock.monotonicMs() - leaders.heardMs(record.leader) <= leaderSilenceMsMax;
}
