import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import { TailCache } from '../log/tail-cache.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { LastHeard } from '../partition/last-heard.ts';
import type { PartitionEnvironment } from '../partition/partition-environment.ts';
import { Vacating } from '../partition/vacating.ts';
import type { Engine } from './engine-for-tests.ts';
import { noMetadata } from './identity-for-tests.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

/** Broker 2, in a life whose lease tests end, which has just heard of broker 1 as a leader. */
export function followerReads(engine: Engine) {
  const { clock, disk, log } = engine;
  const leaseMs: typeof brokerLeaseMs = brokerLeaseMs;
  const life = { isOver: false, isLeaseOver: false, leaseMs, seen: () => undefined };
  const leaders = new LastHeard();
  leaders.heard(1, clock.monotonicMs());
  const environment: PartitionEnvironment = {
    deps: { ...noMetadata, clock, disk, log, random, usage: noUsage },
    brokerId: 2,
    pool: new FramePool(0),
    cache: new TailCache(0),
    vacating: new Vacating(log),
    life,
    leaders,
  };
  return { environment, life, leaders };
}
