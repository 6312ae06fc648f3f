import { encodeEndMarker } from '@weir/kafka-protocol/control-records';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { setBaseOffset, setPartitionLeaderEpoch } from '@weir/kafka-protocol/record-batch';
import { placeOf } from '../log/batch-scan.ts';
import { appendRefusal } from './append-refusal.ts';
import { type Appended, refused } from './appended.ts';
import type { Partition } from './partition.ts';
import type { PartitionEnvironment } from './partition-environment.ts';
import type { ProducerLedger } from './producer-ledger.ts';

/** The end of a transaction, as its coordinator tells the partitions that are part of it. */
export interface TransactionEnd {
  readonly producerId: number;
  /** Under protocol 2 the one after that of the transaction's records. */
  readonly producerEpoch: number;
  readonly isCommit: boolean;
  readonly coordinatorEpoch: number;
  /** By which protocol the transaction was written: see KIP-890. */
  readonly protocol: 1 | 2;
}

/** Why the log does not take the marker: its time is over, as another one, or the next transaction, has come since. */
export function endRefusal(ledger: ProducerLedger, end: TransactionEnd): ErrorName | null {
  const { producerId, producerEpoch, coordinatorEpoch, protocol } = end;
  const epoch = ledger.epochOf(producerId);
  if (producerEpoch < epoch) return 'INVALID_PRODUCER_EPOCH';
  // Of the same epoch it is a repeat, and what is open by now is the transaction after it.
  const isOpen = ledger.transactions.firstOffsetOf(producerId) !== null;
  if (protocol === 2 && producerEpoch === epoch && isOpen) return 'INVALID_PRODUCER_EPOCH';
  if (coordinatorEpoch < ledger.coordinatorEpochOf(producerId)) return 'TRANSACTION_COORDINATOR_FENCED';
  return null;
}

/** Appends the end of a producer's transaction, for all replicas to have; the partition must be open. KIP-98, KIP-890. */
export function endTransaction(
  { deps, pool }: Pick<PartitionEnvironment, 'deps' | 'pool'>,
  partition: Partition,
  end: TransactionEnd,
): Appended {
  const { log } = partition;
  const refusal = appendRefusal(partition, true);
  if (log === null || refusal !== null) return refusal ?? refused('KAFKA_STORAGE_ERROR', null);
  const error = endRefusal(partition.producers, end);
  if (error !== null) return refused(error, null);
  const batch = encodeEndMarker({ ...end, timestamp: deps.clock.now() });
  setBaseOffset(batch, 0, log.endOffset);
  setPartitionLeaderEpoch(batch, 0, partition.record.leaderEpoch);
  const place = placeOf(batch, 0);
  const frame = pool.take(batch.length);
  batch.copy(frame.buffer);
  log.append(place, frame.buffer.subarray(0, batch.length), frame);
  frame.release();
  for (const appended of partition.logWatchers) appended();
  const committed = partition.whenSafe(place.lastOffset + 1, place.length, true);
  return { ok: true, baseOffset: place.baseOffset, logAppendTimeMs: -1, isRepeat: false, committed };
}
