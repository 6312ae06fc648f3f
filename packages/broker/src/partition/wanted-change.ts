import type { BrokerLifeId } from '@weir/metadata-store/port';
import { logNow, type WantedChange } from './leadership.ts';
import type { Partition } from './partition.ts';
import type { PartitionEnvironment } from './partition-environment.ts';

/** What the leader of a partition wants the store to be asked for now; null: nothing. */
export function wantedChange(
  environment: PartitionEnvironment,
  partition: Partition,
  mayJoin: (life: BrokerLifeId) => boolean,
): WantedChange | null {
  const { record, term, hold } = partition;
  if (term === null) return null;
  if (term.isLacking(record)) return { kind: 'resign', isLost: true };
  const { successor } = hold;
  if (successor !== null) return partition.isSettled ? { kind: 'lead', leader: successor } : null;
  const { followers } = environment;
  const heardMs = (brokerId: number) => followers?.heardMs(brokerId) ?? Number.NEGATIVE_INFINITY;
  const isr = term.wantedIsr(record, logNow(environment, partition), heardMs, mayJoin);
  if (isr === null) return null;
  term.asks(record, isr);
  return { kind: 'isr', isr };
}
