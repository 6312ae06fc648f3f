import { Worker } from 'node:worker_threads';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from '@weir/runtime/logger';
import { LOGGER } from '../platform/tokens.ts';
import type { DecodeTask, ShownRecord } from './decode-batch.ts';
import type { DecodeAnswer } from './decode-thread.ts';
import {
  costlyForMs,
  decodeHeapMegabytesMax,
  decodeIdleMsMax,
  decodeMsMax,
  decodeThreadsForCostlyMax,
  decodeThreadsForOthersMax,
  decodeThreadsMax,
  knownClustersMax,
  quickBatchMs,
  quickForMs,
} from './limits.ts';

/** `undecodable`: damaged, or larger than we decompress. `too-costly`: it took too much time or memory. */
export type Decoded =
  | { readonly kind: 'records'; readonly records: readonly ShownRecord[] }
  | { readonly kind: 'undecodable' | 'too-costly' };

interface Job {
  readonly clusterId: string;
  readonly task: DecodeTask;
  readonly done: PromiseWithResolvers<Decoded>;
}

// The same file beside this one: as source where Node runs that, bundled where the bundle is.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './decode-thread.ts' : './decode-thread.js',
  import.meta.url,
);

/**
 * Decodes batches that tenants wrote in threads with a bounded heap and a bounded time; a thread that exceeds
 * one is ended, and its batch is answered as too costly. Clusters take turns, a batch each. One thread is kept for
 * those whose last batch was quick, and one for them and for those of whom nothing is known, so that nobody with
 * batches that take long keeps them waiting: those that are known to be costly share what is left.
 */
@Injectable()
export class RecordDecoder implements OnApplicationShutdown {
  readonly #queues = new Map<string, Job[]>();
  /** What is known of clusters by their last batch, until a moment of performance.now(). */
  readonly #paces = new Map<string, { readonly isQuick: boolean; readonly untilMs: number }>();
  /** Batches of clusters that are not known to be quick, and of those that are known to be costly. */
  #othersAtWork = 0;
  #costlyAtWork = 0;
  /** Those with nothing to do, and what ends each of them if that goes on. */
  readonly #idle = new Map<Worker, NodeJS.Timeout>();
  readonly #all = new Set<Worker>();

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  decode(clusterId: string, task: DecodeTask): Promise<Decoded> {
    const done = Promise.withResolvers<Decoded>();
    const queue = this.#queues.get(clusterId) ?? [];
    queue.push({ clusterId, task, done });
    this.#queues.set(clusterId, queue);
    this.#next();
    return done.promise;
  }

  get threadCount(): number {
    return this.#all.size;
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all([...this.#all].map((thread) => thread.terminate()));
  }

  /** Gives the next cluster's next batch to a thread that is free, or to a new one. */
  #next(): void {
    if (this.#queues.size === 0) return;
    const [thread] = this.#idle.keys();
    if (thread === undefined) {
      if (this.#all.size < decodeThreadsMax) this.#start();
      return;
    }
    const job = this.#takeJob();
    if (job === undefined) return;
    this.#isBusy(thread);
    this.#run(thread, job);
  }

  #isIdle(thread: Worker): void {
    const end = () => {
      this.#idle.delete(thread);
      void thread.terminate();
    };
    this.#idle.set(thread, setTimeout(end, decodeIdleMsMax).unref());
  }

  #isBusy(thread: Worker): void {
    clearTimeout(this.#idle.get(thread));
    this.#idle.delete(thread);
  }

  #takeJob(): Job | undefined {
    const clusterId = this.#nextCluster();
    const queue = clusterId === undefined ? undefined : this.#queues.get(clusterId);
    const job = queue?.shift();
    if (clusterId === undefined || queue === undefined) return job;
    // To the end of the rotation.
    this.#queues.delete(clusterId);
    if (queue.length > 0) this.#queues.set(clusterId, queue);
    return job;
  }

  /** Quick ones first, then unknown ones, then costly ones. */
  #nextCluster(): string | undefined {
    let unknown: string | undefined;
    let costly: string | undefined;
    for (const clusterId of this.#queues.keys()) {
      const pace = this.#paceOf(clusterId);
      if (pace === 'quick') return clusterId;
      if (pace === 'unknown') unknown ??= clusterId;
      else costly ??= clusterId;
    }
    if (this.#othersAtWork >= decodeThreadsForOthersMax) return undefined;
    return unknown ?? (this.#costlyAtWork < decodeThreadsForCostlyMax ? costly : undefined);
  }

  #paceOf(clusterId: string): 'quick' | 'unknown' | 'costly' {
    const pace = this.#paces.get(clusterId);
    if (pace === undefined || pace.untilMs < performance.now()) return 'unknown';
    return pace.isQuick ? 'quick' : 'costly';
  }

  #remember(clusterId: string, tookMs: number): void {
    if (this.#paces.size >= knownClustersMax) this.#paces.clear();
    const isQuick = tookMs < quickBatchMs;
    this.#paces.set(clusterId, {
      isQuick,
      untilMs: performance.now() + (isQuick ? quickForMs : costlyForMs),
    });
  }

  #start(): void {
    const thread = new Worker(threadFile, {
      // It needs nothing of what this process was told.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: decodeHeapMegabytesMax, maxYoungGenerationSizeMb: 32 },
    });
    thread.unref();
    this.#all.add(thread);
    let isReady = false;
    thread.once('message', () => {
      isReady = true;
      this.#isIdle(thread);
      this.#next();
    });
    thread.on('error', (cause) => this.logger.warn({ err: cause }, 'a decoding thread ended'));
    thread.once('exit', () => {
      this.#all.delete(thread);
      this.#isBusy(thread);
      if (isReady) this.#next();
      else this.#takeJob()?.done.reject(new Error('a decoding thread could not start'));
    });
  }

  #run(thread: Worker, job: Job): void {
    const batch = new Uint8Array(job.task.batch);
    const batchBytes = batch.byteLength;
    const pace = this.#paceOf(job.clusterId);
    if (pace !== 'quick') this.#othersAtWork += 1;
    if (pace === 'costly') this.#costlyAtWork += 1;
    const leave = () => {
      if (pace !== 'quick') this.#othersAtWork -= 1;
      if (pace === 'costly') this.#costlyAtWork -= 1;
      this.#next();
    };
    const settle = () => {
      clearTimeout(timer);
      thread.off('message', onMessage).off('exit', onExit);
    };
    const giveUp = (reason: string) => {
      settle();
      this.#remember(job.clusterId, decodeMsMax);
      this.logger.warn({ batchBytes, reason }, 'a batch was too costly to decode');
      // It keeps its place until it has ended, since a library's native code cannot be interrupted.
      void thread.terminate().then(leave);
      job.done.resolve({ kind: 'too-costly' });
    };
    const onExit = () => giveUp('memory');
    const onMessage = ({ records, ranMs }: DecodeAnswer) => {
      settle();
      this.#remember(job.clusterId, ranMs);
      this.#isIdle(thread);
      job.done.resolve(records === null ? { kind: 'undecodable' } : { kind: 'records', records });
      leave();
    };
    // An answer that came while this process was busy is heard before the time is held against it.
    let timer = setTimeout(() => {
      timer = setTimeout(() => giveUp('time'), 1);
    }, decodeMsMax);
    thread.once('message', onMessage).once('exit', onExit);
    thread.postMessage({ ...job.task, batch }, [batch.buffer]);
  }
}
