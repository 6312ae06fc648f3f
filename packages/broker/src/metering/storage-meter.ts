import type { Cell } from '../cluster/cell.ts';
import { cellClusterId } from '../coordinator/internal-topic.ts';
import type { Clock, Log, Timer } from '../deps.ts';
import { storageLookMs, storageLooksPerTale, storagePartitionsAtOnce } from '../limits.ts';
import type { Partition } from '../partition/partition.ts';
import type { Metering } from './metering.ts';

interface Kept {
  byteSeconds: number;
  partitionSeconds: number;
}

type StorageClock = Pick<Clock, 'now' | 'monotonicMs' | 'after' | 'soon'>;

/**
 * How long partitions are there, and how many bytes lie in them: a look in the middle of each minute counts the minute
 * since the look before for what this broker led then as well, so that each partition counts once however many replicas
 * it has, never for longer than it is there, and an hour has sixty minutes at most. A step of the clock makes none more:
 * as much time must have gone by.
 */
export class StorageMeter {
  readonly #clock: StorageClock;
  readonly #log: Pick<Log, 'error'>;
  readonly #cell: Cell;
  readonly #metering: Metering;
  /** What was not told yet, by cluster and topic. */
  #kept = new Map<string, Map<string, Kept>>();
  /** In which term the look before saw it here. */
  #seen = new WeakMap<Partition, number>();
  #lookedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    deps: { readonly clock: StorageClock; readonly log: Pick<Log, 'error'> },
    cell: Cell,
    metering: Metering,
  ) {
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#cell = cell;
    this.#metering = metering;
  }

  start(): void {
    const sinceMs = (this.#clock.now() + storageLookMs / 2) % storageLookMs;
    this.#timer = this.#clock.after(storageLookMs - sinceMs, () => {
      this.#looking = this.#look()
        .catch((cause: unknown) => this.#log.error('storage.look.failed', {}, cause))
        .finally(() => {
          if (!this.#isStopped) this.start();
        });
    });
  }

  /** Tells what there is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
    this.#tell();
  }

  async #look(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    // A timer may be early or late by a little.
    if (nowMs - this.#lookedMs < 0.9 * storageLookMs) return;
    this.#lookedMs = nowMs;
    const minute = Math.floor(this.#clock.now() / storageLookMs);
    const before = this.#seen;
    this.#seen = new WeakMap();
    let looked = 0;
    for (const partition of this.#cell.partitions()) {
      looked += 1;
      if (looked % storagePartitionsAtOnce === 0)
        await new Promise<void>((resolve) => this.#clock.soon(resolve));
      const { clusterId, isLeader, isCutOff, topicId } = partition;
      if (clusterId === cellClusterId || !isLeader || isCutOff) continue;
      const topic = this.#cell.clusters.get(clusterId)?.topicsById.get(topicId);
      const wasHere = before.get(partition) === partition.record.leaderEpoch;
      this.#seen.set(partition, partition.record.leaderEpoch);
      if (topic !== undefined && wasHere) this.#add(clusterId, topic.name, this.#cell.logSizes.of(partition));
    }
    // The last of an hour is of that hour.
    if ((minute + 1) % storageLooksPerTale === 0) this.#tell();
  }

  #add(clusterId: string, topic: string, bytes: number): void {
    const topics = this.#kept.get(clusterId) ?? new Map<string, Kept>();
    this.#kept.set(clusterId, topics);
    const kept = topics.get(topic) ?? { byteSeconds: 0, partitionSeconds: 0 };
    topics.set(topic, kept);
    kept.byteSeconds += bytes * lookSeconds;
    kept.partitionSeconds += lookSeconds;
  }

  #tell(): void {
    for (const [clusterId, topics] of this.#kept) {
      const meter = this.#metering.client(clusterId, '', '');
      for (const [topic, { byteSeconds, partitionSeconds }] of topics)
        meter.kept(topic, byteSeconds, partitionSeconds);
    }
    this.#kept = new Map();
  }
}

const lookSeconds = storageLookMs / 1_000;
