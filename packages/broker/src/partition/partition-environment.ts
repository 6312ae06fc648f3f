import type { BrokerLife } from '../cluster/broker-life.ts';
import type { Deps } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import type { TailCache } from '../log/tail-cache.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import type { HighWatermarks } from './high-watermarks.ts';
import type { LastHeard } from './last-heard.ts';
import type { PartitionChanges } from './partition-changes.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { TransactionVerifier } from './transaction-verifier.ts';
import type { Vacating } from './vacating.ts';

/** What all partitions of a broker share. */
export interface PartitionEnvironment {
  readonly deps: Deps;
  readonly brokerId: number;
  readonly pool: FramePool;
  readonly cache: TailCache;
  /** Whose directories are being emptied. */
  readonly vacating: Vacating;
  /** Where another broker has taken the id, this one leads nothing. */
  readonly life?: Pick<BrokerLife, 'isOver' | 'seen' | 'isLeaseOver' | 'leaseMs'>;
  /** It has not registered, as the store is away: nothing is appended, and what is known to be committed is read. */
  readonly isUnregistered?: boolean;
  /** Where they differ from the limits. */
  readonly bounds?: EngineBounds;
  /** Tells which producer ids were handed out; without it every id counts as one that was. */
  readonly producerIds?: Pick<ProducerIds, 'isKnown' | 'wasHandedOut'>;
  /** Asks coordinators of transactions; without it there are none. */
  readonly transactions?: TransactionVerifier;
  /** What was committed when this broker last said so; without it, nothing is known to be. */
  readonly highWatermarks?: Pick<HighWatermarks, 'of'>;
  /** Who fetches from this broker; without it nobody does. */
  readonly followers?: Pick<LastHeard, 'heardMs'>;
  /** Who answers this broker's fetches; without it nobody does. */
  readonly leaders?: Pick<LastHeard, 'heardMs'>;
  /** Asks the store for changes of a partition's row; without it nothing is asked. */
  readonly changes?: Pick<PartitionChanges, 'look' | 'lookForGrowth'>;
}
