import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { PartitionRecord } from '@weir/metadata-store/model';
import type { BrokerLife } from '../cluster/broker-life.ts';
import type { Deps } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import { logRestMs, openRetryMs, pendingAppendBytesMax } from '../limits.ts';
import type { LogOptions } from '../log/log-options.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { recoverLog } from '../log/recovery.ts';
import type { TailCache } from '../log/tail-cache.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';
import { acceptBatch, type BatchRules } from './accept-batch.ts';
import { Inquiry } from './inquiry.ts';
import type { PartitionOwner } from './partition-owner.ts';
import type { ProducerIds } from './producer-ids.ts';
import { ProducerLedger, type ProducerMemory } from './producer-ledger.ts';
import { ProducerLogState } from './producer-log-state.ts';

/** What all partitions of a broker share. */
export interface PartitionEnvironment {
  readonly deps: Deps;
  readonly brokerId: number;
  readonly pool: FramePool;
  readonly cache: TailCache;
  /** Where another broker has taken the id, this one leads nothing. */
  readonly life?: Pick<BrokerLife, 'isOver' | 'seen'>;
  /** Where they differ from the limits. */
  readonly bounds?: EngineBounds;
  /** Tells which producer ids were handed out; without it every id counts as one that was. */
  readonly producerIds?: Pick<ProducerIds, 'isKnown' | 'wasHandedOut'>;
}

/** What an append needs to know of its topic; replaced as a whole when the configuration changes. */
export interface PartitionSettings {
  readonly log: LogOptions;
  readonly rules: BatchRules;
  readonly minInsyncReplicas: number;
}

export type Appended =
  | {
      readonly ok: true;
      readonly baseOffset: number;
      /** -1 where the records keep the producer's own timestamps. */
      readonly logAppendTimeMs: number;
      /** The batch was in the log already; it does not count again. */
      readonly isRepeat: boolean;
      readonly committed: Promise<'NONE' | 'KAFKA_STORAGE_ERROR'>;
    }
  | { readonly ok: false; readonly error: ErrorName; readonly message: string | null };

/** Told when more of the partition can be read. */
export interface CommitWatcher {
  committed(bytes: number): void;
}

interface Uncommitted {
  readonly endOffset: number;
  readonly bytes: number;
  readonly settle: (error: 'NONE' | 'KAFKA_STORAGE_ERROR') => void;
}

interface FailedOpen {
  readonly cause: unknown;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/**
 * One replica of one partition, here always the leader: decides what may be appended and what may be
 * read. The high watermark is the lowest log end over the in-sync replicas; with one replica that is
 * what the disk has.
 */
export class Partition {
  readonly dir: string;
  readonly index: number;
  readonly watchers = new Set<CommitWatcher>();
  record: PartitionRecord;
  settings: PartitionSettings;
  highWatermark = 0;
  log: PartitionLog | null = null;
  readonly #environment: PartitionEnvironment;
  readonly #owner: PartitionOwner;
  readonly #producers: ProducerLedger;
  readonly #inquiry: Inquiry;
  readonly #uncommitted = new Queue<Uncommitted>();
  #opening: Promise<void> | null = null;
  #failedOpen: FailedOpen | null = null;
  #closed = false;
  #producersBefore: ProducerMemory | null = null;

  constructor(
    environment: PartitionEnvironment,
    dir: string,
    index: number,
    record: PartitionRecord,
    settings: PartitionSettings,
    owner: PartitionOwner,
  ) {
    this.#environment = environment;
    this.#owner = owner;
    this.dir = dir;
    this.index = index;
    this.record = record;
    this.settings = settings;
    this.#producers = new ProducerLedger({
      account: owner.accounts.producers,
      monotonicMs: () => environment.deps.clock.monotonicMs(),
    });
    const { deps, producerIds } = environment;
    const ledger = this.#producers;
    this.#inquiry = new Inquiry({ deps, owner, dir, ledger, producerIds: producerIds ?? null });
  }

  get clusterId(): string {
    return this.#owner.id;
  }

  get isLeader(): boolean {
    const { brokerId, life } = this.#environment;
    return this.record.leader === brokerId && life?.isOver !== true;
  }

  get isOpen(): boolean {
    return this.log !== null && !this.log.failed;
  }

  get startOffset(): number {
    return this.log?.startOffset ?? 0;
  }

  /**
   * Reads the log from disk if that has not been done. Rejects when the disk refuses; it is asked again after
   * a few seconds at the earliest, and until then every call is answered with what it said.
   */
  open(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    if (this.#closed) return Promise.reject(new Error(`${this.dir} is closed`));
    const { clock } = this.#environment.deps;
    const failed = this.#failedOpen;
    if (failed !== null && clock.monotonicMs() < failed.untilMs) return Promise.reject(failed.cause);
    this.#opening ??= this.#recover()
      .then(
        () => {
          this.#failedOpen = null;
        },
        (cause: unknown) => {
          this.#failedOpen = { cause, untilMs: clock.monotonicMs() + openRetryMs };
          // Here and not by those who ask: a line an attempt, however many they are.
          this.#environment.deps.log.error('partition.open.failed', { dir: this.dir }, cause);
          throw cause;
        },
      )
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  async #recover(): Promise<void> {
    const { deps, cache } = this.#environment;
    const began = deps.clock.monotonicMs();
    const state = new ProducerLogState(this.#producers);
    const old = this.log;
    await old?.abandoned();
    // Kept until the log was read whole: what a failed attempt leaves is not all that was known.
    this.#producersBefore ??= this.#producers.memory();
    const recovered = await recoverLog(deps, this.dir, state);
    recovered.epochs.assign(this.record.leaderEpoch, recovered.endOffset);
    const events = {
      durable: (endOffset: number) => this.#commit(endOffset),
      failed: () => this.#failed(),
    };
    const { segments } = this.#owner;
    const log = new PartitionLog(
      deps,
      this.dir,
      cache,
      state,
      this.settings.log,
      recovered,
      events,
      segments,
    );
    this.#producers.recall(this.#producersBefore);
    this.#producersBefore = null;
    old?.tail.clear();
    this.log = log;
    this.highWatermark = recovered.endOffset;
    deps.log.info('partition.opened', {
      dir: this.dir,
      endOffset: recovered.endOffset,
      segments: recovered.segments.length,
      tookMs: Math.round(deps.clock.monotonicMs() - began),
    });
  }

  /** Whether `prepare` has something to find out before `append` can decide about these bytes. */
  mustPrepare(records: Buffer): boolean {
    return this.#inquiry.isNeeded(records, this.settings.rules);
  }

  /** Finds out what `append` needs to know of these very bytes. Never rejects: what stays unknown `append` refuses. */
  prepare(records: Buffer): Promise<void> {
    return this.#inquiry.ask(records, this.settings.rules);
  }

  /**
   * Appends one record batch, whose bytes lie in `frame` and are changed in place: base offset, leader
   * epoch, and with LogAppendTime timestamp and CRC. The order of calls is the order in the log; what is
   * returned says when it is there for good. The partition must be open.
   */
  append(records: Buffer, frame: Frame, requiresAllReplicas: boolean): Appended {
    const { log } = this;
    if (log === null || log.failed) return refused('KAFKA_STORAGE_ERROR', null);
    if (requiresAllReplicas && this.record.isr.length < this.settings.minInsyncReplicas) {
      return refused('NOT_ENOUGH_REPLICAS', null);
    }
    if (log.bytesPending > pendingAppendBytesMax)
      return refused('KAFKA_STORAGE_ERROR', 'The disk is behind; try again.');
    const now = this.#environment.deps.clock.now();
    const at = {
      now,
      baseOffset: log.endOffset,
      leaderEpoch: this.record.leaderEpoch,
    };
    const findings = this.#inquiry.findingsOf(records);
    const verdict = acceptBatch(records, this.settings.rules, this.#producers, at, findings);
    if (verdict.kind === 'reject') {
      if (verdict.error === 'POLICY_VIOLATION') this.#owner.reachedLimits.reached('producersMax');
      return refused(verdict.error, verdict.message);
    }
    if (verdict.kind === 'duplicate') {
      const committed = this.#whenCommitted(verdict.lastOffset + 1, 0);
      return {
        ok: true,
        baseOffset: verdict.baseOffset,
        logAppendTimeMs: verdict.logAppendTimeMs,
        isRepeat: true,
        committed,
      };
    }
    const { place } = verdict;
    log.append(place, records, frame);
    const committed = this.#whenCommitted(place.lastOffset + 1, place.length);
    return {
      ok: true,
      baseOffset: place.baseOffset,
      logAppendTimeMs: verdict.logAppendTimeMs,
      isRepeat: false,
      committed,
    };
  }

  #whenCommitted(endOffset: number, bytes: number): Promise<'NONE' | 'KAFKA_STORAGE_ERROR'> {
    if (endOffset <= this.highWatermark) return Promise.resolve('NONE');
    return new Promise((settle) => {
      this.#uncommitted.push({ endOffset, bytes, settle });
    });
  }

  /** The only replica has everything before `endOffset` for good. */
  #commit(endOffset: number): void {
    this.highWatermark = endOffset;
    let bytes = 0;
    // A repeat waits behind later batches though its own offset is lower: it is answered with them.
    for (let first = this.#uncommitted.first(); first !== undefined; first = this.#uncommitted.first()) {
      if (first.endOffset > endOffset) break;
      this.#uncommitted.shift();
      bytes += first.bytes;
      first.settle('NONE');
    }
    for (const watcher of this.watchers) watcher.committed(bytes);
  }

  /** The disk refused: nothing in flight is acknowledged, and the log is read again from what is on disk. */
  #failed(): void {
    for (let first = this.#uncommitted.shift(); first !== undefined; first = this.#uncommitted.shift()) {
      first.settle('KAFKA_STORAGE_ERROR');
    }
    this.#environment.deps.clock.after(logRestMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    if (this.#closed || this.isOpen) return;
    try {
      await this.open();
    } catch {
      // It said so, and is tried again.
      this.#environment.deps.clock.after(openRetryMs, () => void this.#reopen());
    }
  }

  applySettings(settings: PartitionSettings): void {
    this.settings = settings;
    if (this.log !== null) this.log.options = settings.log;
  }

  /** Drops what retention no longer covers, and producers that have long been idle. */
  async tidy(): Promise<number> {
    if (this.#closed || this.log === null || this.log.failed) return 0;
    this.#producers.expire();
    return this.log.applyRetention(this.highWatermark);
  }

  /** Lets go of the files, with everything accepted so far on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch((cause: unknown) => {
      this.#environment.deps.log.warn('partition.opening.failed', { dir: this.dir }, cause);
    });
    try {
      await this.log?.close();
    } finally {
      this.#producers.clear();
    }
  }
}

function refused(error: ErrorName, message: string | null): Appended {
  return { ok: false, error, message };
}
