import { batchBytes, batchLastOffset } from '@weir/kafka-protocol/record-batch';
import type { Disk, OpenHow } from '../deps.ts';
import { engineBounds } from '../engine-bounds.ts';
import { TailCache } from '../log/tail-cache.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { LastHeard } from '../partition/last-heard.ts';
import { Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import { Vacating } from '../partition/vacating.ts';
import { CatchUpBudget } from '../replication/catch-up-budget.ts';
import { FollowerSession, type SessionAnswer } from '../replication/follower-session.ts';
import { Holders } from '../replication/holders.ts';
import { type Lane, lanes } from '../replication/lanes.ts';
import { Engine } from './engine-for-tests.ts';
import { noMetadata } from './identity-for-tests.ts';
import { batchOf, plainOptions, unboundedSegments } from './log-for-tests.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };
const rules = {
  messageBytesMax: 1 << 20,
  timestampType: 'CreateTime' as const,
  timestampBeforeMsMax: Number.MAX_SAFE_INTEGER,
  timestampAfterMsMax: Number.MAX_SAFE_INTEGER,
  isCompacted: false,
};

interface LeaderShape {
  readonly isr?: readonly number[];
  readonly cacheBytes?: number;
  readonly catchUpBytesPerSec?: number;
}

/** Broker 1, which leads partitions that broker 2 follows, on a simulated disk. */
export class LeaderForTests {
  readonly engine = new Engine();
  readonly pool = new FramePool(1 << 20, true);
  readonly followers = new LastHeard();
  readonly budget: CatchUpBudget;
  /** How often something was read from disk. */
  reads = 0;
  readonly #disk: Disk;
  readonly #isr: readonly number[];
  readonly #cache: TailCache;
  readonly #holders = new Holders();
  readonly #partitions = new Map<string, Partition>();

  /** `cacheBytes` 0: nothing stays in memory. */
  constructor({ isr = [1], cacheBytes = 0, catchUpBytesPerSec = 1 << 26 }: LeaderShape = {}) {
    this.#isr = isr;
    this.#cache = new TailCache(cacheBytes);
    this.budget = new CatchUpBudget(this.engine.clock, catchUpBytesPerSec);
    const { disk } = this.engine;
    const open = async (path: string, how?: OpenHow) => {
      const file = await disk.open(path, how);
      const read = (target: Buffer, position: number) => {
        this.reads += 1;
        return file.read(target, position);
      };
      return { ...file, read };
    };
    this.#disk = { ...disk, open };
  }

  async lead(topicId: string, clusterId = 'lkc-a'): Promise<Partition> {
    const { clock, log } = this.engine;
    const deps = { ...noMetadata, clock, disk: this.#disk, log, random, usage: noUsage };
    const place = { dir: `${clusterId}/${topicId}-0`, topicId, index: 0 };
    const bounds = { bounds: engineBounds, vacating: new Vacating(log) };
    const environment = { deps, brokerId: 1, pool: this.pool, cache: this.#cache, ...bounds };
    const owner = {
      id: clusterId,
      segments: unboundedSegments(),
      reachedLimits: { reached: () => undefined },
      accounts: brokerAccounts(),
    };
    const term = { leader: 1, leaderEpoch: 0, partitionEpoch: 0 };
    const row = { ...term, replicas: [1, 2], eligibleReplicas: [], uncleanEpoch: -1, reassignment: null };
    const settings = { log: plainOptions, rules, minInsyncReplicas: 1 };
    const partition = new Partition(environment, place, { ...row, isr: this.#isr }, settings, owner);
    this.#partitions.set(partitionKey(topicId, 0), partition);
    await this.engine.run(partition.open());
    return partition;
  }

  /** Appends so many batches of one record, and waits until they are durable here. */
  async append(partition: Partition, count: number, valueBytes = 100): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      const batch = batchOf({ valueBytes });
      const frame = this.pool.take(batch.length);
      batch.copy(frame.buffer);
      const appended = partition.append(frame.buffer.subarray(0, batch.length), frame, false);
      frame.release();
      if (!appended.ok) throw new Error(appended.error);
      await this.engine.run(appended.committed);
    }
  }

  /** A connection of broker 2. */
  connect(lane: Lane): FollowerOnLane {
    const session = new FollowerSession(
      {
        deps: this.engine,
        pool: this.pool,
        followers: this.followers,
        catchUp: this.budget,
        partition: (topicId, index) => this.#partitions.get(partitionKey(topicId, index)) ?? null,
        pictureIsOld: () => undefined,
      },
      { follower: { brokerId: 2, bootEpoch: 1 }, lane, holders: this.#holders },
    );
    return new FollowerOnLane(this.engine, session);
  }
}

/** What a follower is told of a partition. */
export interface ToldForTests {
  readonly topicId: string;
  /** Behind the last record that came; −1: none came. */
  readonly end: number;
  readonly bytes: number;
  /** Where it is to be asked for from now on. */
  readonly lane: Lane;
  readonly errorCode: number;
  /** Undefined: nothing is said of it. */
  readonly highWatermark: number | undefined;
}

/** What a follower asks on one connection. */
export class FollowerOnLane {
  readonly #engine: Engine;
  readonly session: FollowerSession;
  #answersTaken = 0;

  constructor(engine: Engine, session: FollowerSession) {
    this.#engine = engine;
    this.session = session;
  }

  /** Says where it is in each topic, and waits for the answer. `said`: the number of the request. */
  async ask(ends: Readonly<Record<string, number>>, said = 1, bytesMax = 1 << 20): Promise<ToldForTests[]> {
    return this.taken(await this.#engine.run(this.asks(ends, said, bytesMax)));
  }

  /** The same without waiting. */
  asks(ends: Readonly<Record<string, number>>, said = 1, bytesMax = 1 << 20): Promise<SessionAnswer> {
    const partitions = Object.entries(ends).map(([topicId, end]) => {
      const at = { writtenEnd: end, durableEnd: end, lastEpoch: end === 0 ? -1 : 0, startOffset: 0 };
      return { topicId, partition: 0, leaderEpoch: 0, ...at, committedEnd: -1 };
    });
    const answersTaken = this.#answersTaken;
    return this.session.fetch({ maxWaitMs: 500, bytesMax, answersTaken, partitions, forgotten: [], said });
  }

  taken({ body, frames }: SessionAnswer): ToldForTests[] {
    this.#answersTaken += 1;
    const told = body.partitions.map(({ topicId, records, lane, errorCode, highWatermark }) => {
      const views = Array.isArray(records) ? records : [];
      const bytes = views.reduce((sum, view) => sum + view.length, 0);
      return { topicId, end: endOf(views), bytes, lane: lanes[lane ?? 0] ?? 'any', errorCode, highWatermark };
    });
    for (const frame of frames) frame.release();
    return told;
  }
}

function endOf(views: readonly Buffer[]): number {
  let end = -1;
  for (const view of views)
    for (let at = 0; at < view.length; at += batchBytes(view, at)) end = batchLastOffset(view, at) + 1;
  return end;
}
