import {
  type UsageReport,
  usageQueue,
  usageReportJob,
  usageReportJobId,
} from '@weir/contracts/jobs/usage-report';
import type { Logger } from '@weir/runtime/logger';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { SpooledReport, UsageSpool } from './usage-spool.ts';

const sweepMs = 2_000;
const reportsPerSweep = 200;
/** A finished job is remembered this long, seconds: many sweeps, so that its report is seen to have arrived. */
const finishedJobSeconds = 3_600;
const redisTimeoutMs = 5_000;

/**
 * Brings spooled reports to the ledger. A report leaves the spool only when its job was seen finished;
 * a job that Redis lost is sent again, which the ledger takes for what it is.
 */
export class UsageSender {
  readonly #spool: UsageSpool;
  readonly #logger: Logger;
  readonly #redis: Redis;
  readonly #queue: Queue;
  /** Of reports that were read, by their names in the spool. */
  readonly #jobIds = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #sweeping: Promise<void> = Promise.resolve();
  #isAway = false;
  #stopped = false;

  constructor(spool: UsageSpool, redisUrl: string, logger: Logger) {
    this.#spool = spool;
    this.#logger = logger;
    this.#redis = new Redis(redisUrl, {
      // A command fails while Redis is away; the spool keeps the report, and the next sweep tries again.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: redisTimeoutMs,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    this.#redis.on('error', (cause) => this.#away(cause));
    this.#queue = new Queue(usageQueue, {
      connection: this.#redis,
      skipWaitingForReady: true,
      // It would be asked before there is a connection, and a queue never recovers from that refusal.
      skipVersionCheck: true,
    });
    this.#queue.on('error', (cause) => this.#away(cause));
  }

  start(): void {
    this.#schedule(0);
  }

  /** Something was spooled: sends it without waiting for the next sweep. */
  wake(): void {
    this.#schedule(0);
  }

  /** Tries once more to hand over what is left, and lets Redis go. What stays spooled is sent after the next start. */
  async stop(): Promise<void> {
    await this.#sweeping;
    await this.#sweep();
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#redis.disconnect();
  }

  #schedule(waitMs: number): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#sweeping = this.#sweeping.then(() => this.#sweep());
      void this.#sweeping.then(() => this.#schedule(sweepMs));
    }, waitMs);
  }

  async #sweep(): Promise<void> {
    if (this.#stopped) return;
    try {
      for (const spooled of await this.#spool.oldest(reportsPerSweep)) await this.#bring(spooled);
      if (!this.#isAway) return;
      // There may have been nothing to send: that Redis is back only Redis can say.
      await this.#redis.ping();
      this.#logger.info('usage.redis.back');
      this.#isAway = false;
    } catch (cause) {
      this.#away(cause);
    }
  }

  /** Reads the report only where its job is not there: a sweep over reports that wait for the worker reads none. */
  async #bring(spooled: SpooledReport): Promise<void> {
    const { name } = spooled;
    let report: UsageReport | null = null;
    let jobId = this.#jobIds.get(name);
    if (jobId === undefined) {
      report = await spooled.read();
      jobId = usageReportJobId(report);
      this.#jobIds.set(name, jobId);
    }
    const job = await this.#queue.getJob(jobId);
    if (job === undefined) await this.#add(report ?? (await spooled.read()), jobId);
    else if (await job.isCompleted()) {
      await this.#spool.remove(spooled);
      this.#jobIds.delete(name);
    } else if (await job.isFailed()) await job.retry();
  }

  async #add(report: UsageReport, jobId: string): Promise<void> {
    await this.#queue.add(usageReportJob, report, {
      jobId,
      attempts: 1_000_000,
      backoff: { type: 'fixed', delay: 5_000 },
      removeOnComplete: { age: finishedJobSeconds },
      removeOnFail: false,
    });
  }

  #away(cause: unknown): void {
    if (this.#isAway || this.#stopped) return;
    this.#isAway = true;
    this.#logger.warn({ err: cause }, 'usage.redis.away');
  }
}
