import {
  batchBaseOffset,
  batchBytes,
  batchLastOffset,
  isControl,
  partitionLeaderEpoch,
  recordCount,
} from '@weir/kafka-protocol/record-batch';
import type { Cell } from '../cluster/cell.ts';
import type { CountedRow, Deps, Timer } from '../deps.ts';
import { recountBytesAtOnce, recountEveryMs } from '../limits.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { type BatchViews, DamagedLogError, OffsetRemovedError, readDisk } from '../log/read.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import type { Partition } from '../partition/partition.ts';
import type { Metering } from './metering.ts';
import type { WrittenTerms } from './written-terms.ts';

/** Who wrote what is counted from the log: the log does not say. */
const nobody = { principal: '', keyId: '' } as const;

interface Recounted {
  bytes: number;
  records: number;
  /** Where the next batch begins that was not looked at. */
  next: number;
  /** A later term's batch was met: nothing more of the stretch can come. */
  isPast: boolean;
}

type RecountDeps = Pick<Deps, 'clock' | 'log'>;

/**
 * Counts from the log what was on its way when a life ended, or a term: what has survived of it was acknowledged, by
 * this broker before it could count it, or by the next leader as a repeat. Who wrote it is not known any more. It counts
 * when it is known what has survived: where this broker leads, once its term has begun; else once it is in sync.
 */
export class Recount {
  readonly #deps: RecountDeps;
  readonly #cell: Cell;
  readonly #pool: FramePool;
  readonly #written: WrittenTerms;
  readonly #metering: Metering;
  #timer: Timer | null = null;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: RecountDeps, cell: Cell, pool: FramePool, written: WrittenTerms, metering: Metering) {
    this.#deps = deps;
    this.#cell = cell;
    this.#pool = pool;
    this.#written = written;
    this.#metering = metering;
  }

  start(): void {
    this.#timer = this.#deps.clock.after(recountEveryMs, () => {
      this.#round = this.#lookAtAll().then(() => {
        if (!this.#isStopped) this.start();
      });
    });
  }

  /** Resolves when nothing is read any more. What is still owed is for the next life. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  async #lookAtAll(): Promise<void> {
    for (const row of this.#written.owed()) {
      if (this.#isStopped) return;
      try {
        await this.#look(row);
      } catch (cause) {
        this.#lookFailed(row, cause);
      }
    }
  }

  async #look(row: CountedRow): Promise<void> {
    const partition = this.#cell.findPartition(row.topicId, row.partition);
    if (partition === null) return this.#giveUp(row, 'the partition is not here any more');
    await partition.open();
    const { log } = partition;
    if (log === null || !this.#isKnown(partition)) return;
    // Behind it lies what this life appends: it counts that by itself.
    const to = row.to ?? (partition.isLeader ? log.endOffset : Number.MAX_SAFE_INTEGER);
    const found = await this.#count(log, row, Math.min(to, log.endOffset));
    if (!this.#isKnown(partition) || partition.highWatermark < found.next) return;
    const { bytes, records } = found;
    if (log.startOffset > row.through) this.#deps.log.warn('usage.recount.removed', placeOf(row));
    if (records > 0) {
      const meter = this.#metering.client(partition.clusterId, nobody.principal, nobody.keyId);
      meter.wrote(row.topic, bytes, records);
      this.#deps.log.info('usage.recounted', { ...placeOf(row), bytes, records });
    }
    this.#written.paid(row);
  }

  async #count(log: PartitionLog, row: CountedRow, to: number): Promise<Recounted> {
    const found = { bytes: 0, records: 0, next: Math.max(row.through, log.startOffset), isPast: false };
    while (found.next < to && !found.isPast && !this.#isStopped) {
      const read = await readDisk(log, this.#pool, found.next, to, recountBytesAtOnce, true);
      try {
        if (read.bytes === 0) break;
        addBatches(found, read, row);
      } finally {
        for (const frame of read.frames) frame.release();
      }
    }
    return found;
  }

  /** Whether it is known what has survived of the terms before the present one. */
  #isKnown(partition: Partition): boolean {
    if (partition.isLeader) return partition.isCommitKnown;
    const { leaderEpoch, isr } = partition.record;
    const isInSync = isr.includes(this.#cell.environment.brokerId);
    return partition.isFollower && partition.comparedEpoch === leaderEpoch && isInSync;
  }

  #giveUp(row: CountedRow, why: string): void {
    this.#deps.log.warn('usage.recount.given-up', { ...placeOf(row), why });
    this.#written.paid(row);
  }

  #lookFailed(row: CountedRow, cause: unknown): void {
    // Retention goes on meanwhile, and a disk that refuses may come back: it is looked at again.
    if (cause instanceof DamagedLogError) this.#giveUp(row, cause.message);
    else if (!(cause instanceof OffsetRemovedError))
      this.#deps.log.warn('usage.recount.failed', placeOf(row), cause);
  }
}

function addBatches(found: Recounted, { views }: BatchViews, row: CountedRow): void {
  for (const view of views) {
    for (let at = 0; at < view.length; at += batchBytes(view, at)) {
      const epoch = partitionLeaderEpoch(view, at);
      found.isPast ||= epoch > row.lastEpoch;
      if (found.isPast) return;
      const from = batchBaseOffset(view, at);
      found.next = batchLastOffset(view, at) + 1;
      const isCounted = row.ahead.some(([start, end]) => from >= start && from < end);
      if (epoch < row.firstEpoch || from < row.through || isCounted || isControl(view, at)) continue;
      found.bytes += batchBytes(view, at);
      found.records += recordCount(view, at);
    }
  }
}

const placeOf = ({ topicId, partition }: CountedRow) => ({ topicId, partition });
