import { encodeBatch, type NewBatch } from '@weir/kafka-protocol/records';
import { recoveryDistanceBytesMax } from '../limits.ts';
import { placeOf } from '../log/batch-scan.ts';
import type { LogOptions } from '../log/log-options.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { recoverLog } from '../log/recovery.ts';
import { SegmentShare } from '../log/segment-share.ts';
import { TailCache } from '../log/tail-cache.ts';
import { Account } from '../memory/account.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { ProducerLedger } from '../partition/producer-ledger.ts';
import { ProducerLogState } from '../partition/producer-log-state.ts';
import type { Engine } from './engine-for-tests.ts';

export const dir = 'lkc-a/topic-0';

export const plainOptions: LogOptions = {
  durability: 'fsync',
  segmentBytes: 1 << 30,
  segmentMs: 1 << 30,
  retentionBytes: -1,
  retentionMs: -1,
};

/** Segments as small and as many as the options say; a recovery point follows so many bytes behind the one before. */
export function unboundedSegments(recoveryDistanceBytes = recoveryDistanceBytesMax): SegmentShare {
  const max = Number.POSITIVE_INFINITY;
  const bounds = {
    segmentMsMin: 0,
    segmentBytesMin: 0,
    segmentsPerClusterMax: max,
    recoveryDistanceBytesMax: recoveryDistanceBytes,
  };
  return new SegmentShare({ ...bounds, segmentBytesWhenManyMin: 0 }, () => undefined);
}

/** A ledger without bounds of its own. */
export function ledgerForTests(monotonicMs: () => number = () => 0): ProducerLedger {
  return new ProducerLedger({ account: new Account(Number.MAX_SAFE_INTEGER), monotonicMs });
}

export interface BatchShape extends Omit<NewBatch, 'records'> {
  readonly count?: number;
  readonly valueBytes?: number;
  readonly timestamp?: number;
}

/** A batch of equal records, each a millisecond after the one before. */
export function batchOf(shape: BatchShape = {}): Buffer {
  const { count = 1, valueBytes = 100, timestamp = 1_800_000_000_000, ...rest } = shape;
  const records = Array.from({ length: count }, (_, index) => ({
    timestamp: timestamp + index,
    key: Buffer.from(`key ${index}`),
    value: Buffer.alloc(valueBytes, index + 1),
  }));
  return encodeBatch({ records, ...rest });
}

/** A log as the engine opens it, and what it told of itself. */
export class OpenLog {
  readonly engine: Engine;
  readonly pool = new FramePool(1 << 20, true);
  readonly cache: TailCache;
  readonly ledger: ProducerLedger;
  readonly log: PartitionLog;
  readonly told: { durable: number; failed: boolean };

  private constructor(
    engine: Engine,
    cache: TailCache,
    ledger: ProducerLedger,
    log: PartitionLog,
    told: OpenLog['told'],
  ) {
    this.engine = engine;
    this.cache = cache;
    this.ledger = ledger;
    this.log = log;
    this.told = told;
  }

  /** `cacheBytes` 0: every read comes from disk. */
  static async open(
    engine: Engine,
    options: Partial<LogOptions> = {},
    cacheBytes = 1 << 20,
    share = unboundedSegments(),
  ): Promise<OpenLog> {
    const ledger = ledgerForTests(() => engine.world.now);
    const state = new ProducerLogState(ledger);
    const { durability } = { ...plainOptions, ...options };
    const recovered = await engine.run(recoverLog(engine, dir, state, durability));
    const cache = new TailCache(cacheBytes);
    const told = { durable: recovered.endOffset, failed: false };
    const events = {
      durable: (endOffset: number) => {
        told.durable = endOffset;
      },
      failed: () => {
        told.failed = true;
      },
    };
    const log = new PartitionLog(
      engine,
      dir,
      cache,
      state,
      { ...plainOptions, ...options },
      recovered,
      events,
      share,
    );
    return new OpenLog(engine, cache, ledger, log, told);
  }

  /** Appends without waiting; returns the bytes as they are in the log. */
  append(shape: BatchShape = {}, isTail = true): Buffer {
    const bytes = batchOf({ partitionLeaderEpoch: 0, ...shape, baseOffset: this.log.endOffset });
    const frame = this.pool.take(bytes.length);
    bytes.copy(frame.buffer);
    this.log.append(placeOf(bytes, 0), frame.buffer.subarray(0, bytes.length), frame, isTail);
    frame.release();
    return bytes;
  }

  /** Appends one batch after the other, each on disk before the next. */
  async fill(count: number, shape: (index: number) => BatchShape = () => ({})): Promise<Buffer[]> {
    const batches: Buffer[] = [];
    for (let index = 0; index < count; index += 1) {
      batches.push(this.append(shape(index)));
      await this.settle();
    }
    return batches;
  }

  /** Until all that was appended is durable. */
  async settle(): Promise<void> {
    while (this.told.durable < this.log.endOffset && !this.told.failed) await this.engine.pass(1);
  }

  close(): Promise<void> {
    return this.engine.run(this.log.close());
  }
}
