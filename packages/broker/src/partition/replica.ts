import type { Deps } from '../deps.ts';
import { logRestMs, openRetryMs } from '../limits.ts';
import { Leftovers } from '../log/leftovers.ts';
import type { LogOptions } from '../log/log-options.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { hasLog, recoverLog } from '../log/recovery.ts';
import type { SegmentShare } from '../log/segment-share.ts';
import type { TailCache } from '../log/tail-cache.ts';
import { restartLog, truncateLog } from '../log/truncation.ts';
import type { ProducerLedger, ProducerMemory } from './producer-ledger.ts';
import { ProducerLogState } from './producer-log-state.ts';
import type { Vacating } from './vacating.ts';

export interface ReplicaDeps {
  readonly deps: Pick<Deps, 'clock' | 'disk' | 'log'>;
  readonly cache: TailCache;
  readonly segments: SegmentShare;
  /** Of the batches in the log; cleared and learnt again with it. */
  readonly producers: ProducerLedger;
  /** Until nothing of a replica that was here before is in its way. */
  readonly vacating: Pick<Vacating, 'whenFree'>;
  /** Where there is no log none is made: who lost his is to tell the store first, as an empty one would look whole. */
  readonly mustExist?: boolean;
  options(): LogOptions;
}

export interface ReplicaEvents {
  /** The log was read from disk, for the first time or again: it is durable up to its end. */
  opened(): void;
  /** Everything before `endOffset` is as durable as the log promises. */
  durable(endOffset: number): void;
  /** The disk refused: nothing that is not durable yet will be; the log is read again in a while. */
  failed(): void;
}

interface FailedOpen {
  readonly cause: unknown;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/** A partition's copy on this broker's disk: its log, read when it is first asked for, and again after the disk refused. */
export class Replica {
  readonly dir: string;
  log: PartitionLog | null = null;
  /** Everything before it survives a power cut, or, in `os` mode, the process. */
  durableEnd = 0;
  readonly #deps: ReplicaDeps;
  readonly #events: ReplicaEvents;
  #opening: Promise<void> | null = null;
  #failedOpen: FailedOpen | null = null;
  #cutting: Promise<void> | null = null;
  #producersBefore: ProducerMemory | null = null;
  #leftovers: Leftovers | null = null;
  isClosed = false;

  constructor(dir: string, deps: ReplicaDeps, events: ReplicaEvents) {
    this.dir = dir;
    this.#deps = deps;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.log !== null && !this.log.failed && this.#cutting === null;
  }

  /**
   * Reads the log from disk if that has not been done. Rejects when the disk refuses; it is asked again after
   * a few seconds at the earliest, and until then every call is answered with what it said.
   */
  open(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    if (this.isClosed) return Promise.reject(new Error(`${this.dir} is closed`));
    const { clock, log } = this.#deps.deps;
    const failed = this.#failedOpen;
    if (failed !== null && clock.monotonicMs() < failed.untilMs) return Promise.reject(failed.cause);
    this.#opening ??= this.#openAfterCut()
      .then(
        () => {
          this.#failedOpen = null;
        },
        (cause: unknown) => {
          this.#failedOpen = { cause, untilMs: clock.monotonicMs() + openRetryMs };
          // Here and not by those who ask: a line an attempt, however many they are.
          log.error('partition.open.failed', { dir: this.dir }, cause);
          throw cause;
        },
      )
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  async #openAfterCut(): Promise<void> {
    await this.#deps.vacating.whenFree(this.dir);
    await this.#cutting?.catch(() => undefined);
    if (!this.isOpen) await this.#recover();
  }

  async #recover(): Promise<void> {
    const { deps, cache, producers, segments, mustExist } = this.#deps;
    if (mustExist === true && !(await hasLog(deps.disk, this.dir)))
      throw new Error(`${this.dir} holds no log`);
    const began = deps.clock.monotonicMs();
    const state = new ProducerLogState(producers);
    const old = this.log;
    await old?.abandoned();
    // Kept until the log was read whole: what a failed attempt leaves is not all that was known.
    this.#producersBefore ??= producers.memory();
    const options = this.#deps.options();
    const found = await recoverLog(deps, this.dir, state, options.durability);
    // A segment that was dropped, and could not be removed, is not shown again.
    const startOffset = Math.min(old?.startOffset ?? 0, found.endOffset);
    const recovered = { ...found, deletedBefore: Math.max(found.deletedBefore, startOffset) };
    const events = {
      durable: (endOffset: number) => {
        this.durableEnd = endOffset;
        this.#events.durable(endOffset);
      },
      failed: () => this.#failed(),
    };
    const log = new PartitionLog(deps, this.dir, cache, state, options, recovered, events, segments);
    producers.recall(this.#producersBefore);
    this.#producersBefore = null;
    old?.tail.clear();
    this.#leftovers = await Leftovers.clear(deps, this.dir, recovered.leftovers);
    this.log = log;
    this.durableEnd = recovered.endOffset;
    deps.log.info('partition.opened', {
      dir: this.dir,
      endOffset: recovered.endOffset,
      segments: recovered.segments.length,
      tookMs: Math.round(deps.clock.monotonicMs() - began),
    });
    this.#events.opened();
  }

  /** What was cut off this log long ago goes. */
  async tidy(): Promise<void> {
    if (!this.isClosed) await this.#leftovers?.removeOld();
  }

  #failed(): void {
    this.#events.failed();
    this.#deps.deps.clock.after(logRestMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    if (this.isClosed || this.isOpen) return;
    try {
      await this.open();
    } catch {
      // It said so, and is tried again.
      this.#deps.deps.clock.after(openRetryMs, () => void this.#reopen());
    }
  }

  /** Ends the log before the batch that reaches `offset`, and reads it again: what was there is not the leader's. */
  truncateTo(offset: number): Promise<void> {
    return this.#cut(() => truncateLog(this.#deps.deps, this.dir, offset));
  }

  /** Empties the log, whose next record will have `offset`: what the leader has begins behind all that is here. */
  restartAt(offset: number): Promise<void> {
    return this.#cut(() => restartLog(this.#deps.deps, this.dir, offset));
  }

  async #cut(work: () => Promise<void>): Promise<void> {
    const { producers } = this.#deps;
    this.#cutting = this.#quiet()
      .then(work)
      .finally(() => {
        this.#cutting = null;
      });
    try {
      await this.#cutting;
    } finally {
      // What the producers did behind the cut is to be forgotten, also where the cut has failed halfway.
      producers.clear();
      this.#producersBefore = null;
      this.log?.tail.clear();
      this.log = null;
    }
    await this.open();
  }

  /** Until nothing touches the files: all that was accepted is written, or given up. */
  async #quiet(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.log?.retired();
  }

  /** Lets go of the files, with everything accepted so far on disk. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.#opening?.catch((cause: unknown) => {
      this.#deps.deps.log.warn('partition.opening.failed', { dir: this.dir }, cause);
    });
    await this.#cutting?.catch((cause: unknown) => {
      this.#deps.deps.log.warn('partition.cutting.failed', { dir: this.dir }, cause);
    });
    try {
      await this.log?.close();
    } finally {
      this.#deps.producers.clear();
    }
  }
}
