import { leaderSilenceMsMax } from '../cell-limits.ts';
import { servesReaders } from '../partition/near-reads.ts';
import type { Partition } from '../partition/partition.ts';
import type { RequestContext } from './handler.ts';

// Reads from a replica in the consumer's own zone (KIP-392): who reads where.

/** From here on a consumer says where it is, and is told where it had better read. */
const rackVersionMin = 11;

/**
 * Whether the consumer was sent to this broker, which follows: it is in the consumer's rack, and serves readers. Kafka's
 * followers serve every consumer of that version; ours send one of another rack to the leader, where it finds more.
 */
export function mayReadHere({ apiVersion, services }: RequestContext, rack: string, at: Partition): boolean {
  const { cell, brokerId } = services;
  if (apiVersion < rackVersionMin || rack === '' || rack !== cell.brokers.get(brokerId)?.rack) return false;
  return cell.isLive(brokerId) && servesReaders(cell.environment, at);
}

/** The replica in the consumer's rack from which it is to read on; null: none, or this broker, which leads, is there. */
export function nearReplica(
  { apiVersion, services }: RequestContext,
  rack: string,
  partition: Partition,
  offset: number,
): number | null {
  const { cell, brokerId, deps } = services;
  if (apiVersion < rackVersionMin || rack === '' || rack === cell.brokers.get(brokerId)?.rack) return null;
  const { followers } = cell.environment;
  const heardFromMs = deps.clock.monotonicMs() - leaderSilenceMsMax;
  return (
    partition.term?.readerAt(
      partition.record,
      offset,
      (life) =>
        cell.brokers.get(life.brokerId)?.rack === rack &&
        cell.isLive(life.brokerId, life.bootEpoch) &&
        (followers?.heardMs(life.brokerId) ?? Number.NEGATIVE_INFINITY) >= heardFromMs,
    ) ?? null
  );
}
