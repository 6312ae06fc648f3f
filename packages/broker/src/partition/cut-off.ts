import type { PartitionRecord } from '@weir/metadata-store/model';
import type { Log } from '../deps.ts';
import type { PartitionEnvironment } from './partition-environment.ts';

/** Neither the store nor any replica that might lead instead has been heard of for a lease: another may lead by now. */
export function isCutOff(environment: PartitionEnvironment, record: PartitionRecord): boolean {
  const { life, brokerId, deps, followers } = environment;
  if (life === undefined || !life.isLeaseOver) return false;
  const others = [...record.isr, ...record.eligibleReplicas].filter((each) => each !== brokerId);
  if (others.length === 0) return false;
  const heardMs = others.map((each) => followers?.heardMs(each) ?? Number.NEGATIVE_INFINITY);
  return deps.clock.monotonicMs() - Math.max(...heardMs) > life.leaseMs;
}

/** No store goes back by itself: a row that is older than the log tells what was true once. */
export function isSetBack(log: Log, dir: string, leaderEpoch: number, latest: number): boolean {
  if (leaderEpoch >= latest) return false;
  log.error('partition.epoch.set-back', { dir, leaderEpoch, latest });
  return true;
}
