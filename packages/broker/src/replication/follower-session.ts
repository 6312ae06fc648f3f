import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { BrokerLifeId } from '@weir/metadata-store/port';
import type { Deps, Timer } from '../deps.ts';
import { peerFetchBytesMax, peerFetchPartitionBytesMax, peerFetchWaitMsMax } from '../limits.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { OffsetRemovedError, readDisk, readTail } from '../log/read.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import type { Followers } from '../partition/followers.ts';
import type { CommitWatcher, Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import type { PeerFetchRequest, PeerFetchResponse } from './peer-messages.ts';

type Asked = PeerFetchRequest['partitions'][number];
type Told = PeerFetchResponse['partitions'][number];

export interface SessionDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'>;
  readonly pool: FramePool;
  readonly followers: Pick<Followers, 'heard'>;
  partition(topicId: string, index: number): Partition | null;
  /** The follower knows of a later term than this broker's picture of the cell. */
  pictureIsOld(): void;
}

/** An answer, and the frames that hold its bytes. */
export interface SessionAnswer {
  readonly body: PeerFetchResponse;
  readonly frames: readonly Frame[];
}

/** What the session knows of one partition: where its follower is, and what it was told. */
interface Followed {
  readonly key: string;
  readonly asked: Asked;
  readonly partition: Partition | null;
  /**
   * Of the session's answers, the one that told records or an error, Infinity until it leaves: who has it says where
   * he is before he gets more.
   */
  servedIn: number | null;
  toldHighWatermark: number;
  readonly forget: () => void;
}

/** An answer that waits for something to say. */
interface Waiting {
  readonly bytesMax: number;
  readonly resolve: (answer: SessionAnswer) => void;
  readonly timer: Timer;
  isTimeOver: boolean;
}

/** What is told of one partition. */
interface Served {
  readonly told: Told;
  readonly frames: readonly Frame[];
  readonly bytes: number;
}

/**
 * What one follower fetches from this broker, for as long as its connection lasts. It costs what changes: ten
 * thousand partitions in which nothing happens are neither asked for nor looked at.
 */
export class FollowerSession {
  readonly #deps: SessionDeps;
  readonly #follower: BrokerLifeId;
  readonly #followed = new Map<string, Followed>();
  /** In which there may be something to send, in order of service. */
  readonly #ready = new Set<Followed>();
  /** Whose high watermark moved: told along with the next answer, which does not hurry for it. */
  readonly #moved = new Set<Followed>();
  /** Whose logs could not be opened, which is told with the next answer. */
  #unopened: Followed[] = [];
  #waiting: Waiting | null = null;
  /** How many were given; the next one is behind them. */
  #answers = 0;
  #isGathering = false;
  #isScheduled = false;

  constructor(deps: SessionDeps, follower: BrokerLifeId) {
    this.#deps = deps;
    this.#follower = follower;
  }

  /** Takes what the follower says of itself, at once; the answer comes when there is one, or the time is over. */
  fetch(request: PeerFetchRequest): Promise<SessionAnswer> {
    this.#deps.followers.heard(this.#follower.brokerId, this.#deps.deps.clock.monotonicMs());
    for (const { topicId, partition } of request.forgotten) this.#forget(partitionKey(topicId, partition));
    for (const asked of request.partitions) this.#update(asked, request.answersTaken);
    // The follower has something to say that could not wait; what it asked for before is answered with nothing.
    this.#answerWaiting({ body: { partitions: [] }, frames: [] });
    const { clock } = this.#deps.deps;
    const waitMs = Math.min(Math.max(request.maxWaitMs, 0), peerFetchWaitMsMax);
    const bytesMax = Math.min(Math.max(request.bytesMax, 0), peerFetchBytesMax);
    return new Promise((resolve) => {
      const timer = clock.after(waitMs, () => {
        waiting.isTimeOver = true;
        void this.#gather();
      });
      const waiting: Waiting = { bytesMax, resolve, timer, isTimeOver: false };
      this.#waiting = waiting;
      if (this.#ready.size > 0) void this.#gather();
    });
  }

  close(): void {
    for (const key of [...this.#followed.keys()]) this.#forget(key);
    this.#waiting?.timer.cancel();
    this.#waiting = null;
  }

  #forget(key: string): void {
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    followed.forget();
    this.#followed.delete(key);
    this.#ready.delete(followed);
    this.#moved.delete(followed);
  }

  #update(asked: Asked, answersTaken: number): void {
    const key = partitionKey(asked.topicId, asked.partition);
    const known = this.#followed.get(key);
    const isOfTerm = known?.asked.leaderEpoch === asked.leaderEpoch;
    if (known !== undefined && isOfTerm && (known.servedIn ?? 0) > answersTaken) {
      // Said before the records came that are on their way to him: he fetches on from behind them.
      if (known.partition !== null) this.#count(known.partition, asked);
      return;
    }
    const toldHighWatermark = known?.toldHighWatermark ?? -1;
    this.#forget(key);
    const partition = this.#deps.partition(asked.topicId, asked.partition);
    const followed: Followed = {
      key,
      asked,
      partition,
      servedIn: null,
      toldHighWatermark,
      forget: () => {
        partition?.logWatchers.delete(grown);
        partition?.watchers.delete(committed);
      },
    };
    const grown = () => this.#mayBeReady(followed);
    const committed: CommitWatcher = { committed: () => void this.#moved.add(followed) };
    this.#followed.set(key, followed);
    partition?.logWatchers.add(grown);
    partition?.watchers.add(committed);
    if (partition !== null) this.#count(partition, asked);
    if (partition !== null && partition.highWatermark !== toldHighWatermark) this.#moved.add(followed);
    if (this.#hasNews(followed)) this.#ready.add(followed);
  }

  /** What it has is this log's, and counts, only where its history is this log's up to there. */
  #count(partition: Partition, asked: Asked): void {
    const isOfTerm = partition.hasBegun && partition.record.leaderEpoch === asked.leaderEpoch;
    if (isOfTerm && this.#parts(partition, asked) === null) partition.followerFetched(this.#follower, asked);
  }

  #hasNews({ partition, asked }: Followed): boolean {
    if (partition === null || !partition.hasBegun || partition.log === null) return true;
    if (partition.record.leaderEpoch !== asked.leaderEpoch) return true;
    const { log } = partition;
    if (asked.writtenEnd !== log.endOffset) return true;
    return asked.lastEpoch !== log.epochs.latest && this.#parts(partition, asked) !== null;
  }

  #mayBeReady(followed: Followed): void {
    if (followed.servedIn !== null || !this.#hasNews(followed)) return;
    this.#ready.add(followed);
    if (this.#isScheduled || this.#waiting === null) return;
    this.#isScheduled = true;
    // All that is appended in a tick goes out together.
    this.#deps.deps.clock.soon(() => {
      this.#isScheduled = false;
      void this.#gather();
    });
  }

  async #gather(): Promise<void> {
    if (this.#isGathering) return;
    this.#isGathering = true;
    try {
      while (this.#waiting !== null && (this.#ready.size > 0 || this.#waiting.isTimeOver)) {
        const answer = await this.#take(this.#waiting.bytesMax);
        // Who waited has been answered meanwhile if the follower had more to say; whoever waits now gets it.
        const isDue = answer.body.partitions.length > 0 || this.#waiting?.isTimeOver === true;
        if (isDue && this.#waiting !== null) {
          for (const followed of answer.served) followed.servedIn = this.#answers + 1;
          this.#answerWaiting(answer);
        } else release(answer.frames);
      }
    } catch (cause) {
      this.#deps.deps.log.error('peer.session.failed', { brokerId: this.#follower.brokerId }, cause);
    } finally {
      this.#isGathering = false;
    }
  }

  async #take(bytesMax: number): Promise<SessionAnswer & { readonly served: readonly Followed[] }> {
    const partitions: Told[] = [];
    const those: Followed[] = [];
    const frames: Frame[] = [];
    let left = bytesMax;
    for (const followed of [...this.#ready]) {
      if (left <= 0) break;
      if (!this.#ready.delete(followed)) continue;
      const served = await this.#serve(followed, left);
      if (served === null) continue;
      if (this.#followed.get(followed.key) !== followed) {
        // The follower has told of another place of his while this was read.
        release(served.frames);
        continue;
      }
      partitions.push(served.told);
      those.push(followed);
      for (const frame of served.frames) frames.push(frame);
      left -= served.bytes;
    }
    for (const followed of this.#unopened) {
      if (this.#followed.get(followed.key) !== followed) continue;
      partitions.push(this.#refuse(followed, 'KAFKA_STORAGE_ERROR').told);
      those.push(followed);
    }
    this.#unopened = [];
    this.#tellMoved(partitions);
    return { body: { partitions }, frames, served: those };
  }

  #answerWaiting(answer: SessionAnswer): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#answers += 1;
    waiting.timer.cancel();
    waiting.resolve(answer);
  }

  /** What is committed, and where the log begins, of those in which only that is new. */
  #tellMoved(partitions: Told[]): void {
    for (const followed of this.#moved) {
      const { partition, asked, servedIn } = followed;
      if (
        servedIn !== null ||
        partition?.hasBegun !== true ||
        partition.record.leaderEpoch !== asked.leaderEpoch
      )
        continue;
      followed.toldHighWatermark = partition.highWatermark;
      partitions.push(marks(asked, partition));
    }
    this.#moved.clear();
  }

  async #serve(followed: Followed, bytesMax: number): Promise<Served | null> {
    const { asked, partition } = followed;
    if (partition === null) {
      this.#deps.pictureIsOld();
      return this.#refuse(followed, 'UNKNOWN_TOPIC_ID');
    }
    const { leaderEpoch } = partition.record;
    if (leaderEpoch < asked.leaderEpoch) this.#deps.pictureIsOld();
    if (asked.leaderEpoch < leaderEpoch) return this.#refuse(followed, 'FENCED_LEADER_EPOCH');
    if (leaderEpoch !== asked.leaderEpoch || !partition.isLeader)
      return this.#refuse(followed, 'UNKNOWN_LEADER_EPOCH');
    if (!partition.isOpen) {
      this.#open(followed, partition);
      return null;
    }
    const { log } = partition;
    if (!partition.hasBegun || log === null) return this.#refuse(followed, 'NOT_LEADER_OR_FOLLOWER');
    if (asked.writtenEnd < partition.startOffset) return this.#refuse(followed, 'OFFSET_OUT_OF_RANGE');
    const end = this.#parts(partition, asked);
    if (end === null) return this.#sendRecords(followed, partition, log, bytesMax);
    followed.servedIn = Number.POSITIVE_INFINITY;
    const told = { ...marks(asked, partition), divergingEpoch: end.epoch, divergingEnd: end.endOffset };
    return { told, frames: [], bytes: 0 };
  }

  /** Beside the others, which need not wait for it. */
  #open(followed: Followed, partition: Partition): void {
    partition.open().then(
      () => {
        if (this.#followed.get(followed.key) === followed) this.#update(followed.asked, this.#answers);
        if (this.#ready.size > 0) void this.#gather();
      },
      () => {
        // The partition has said why; the follower asks again in a while.
        this.#unopened.push(followed);
      },
    );
  }

  /** Nothing more is told of it before the follower asks anew. */
  #refuse(followed: Followed, error: ErrorName): Served {
    followed.servedIn = Number.POSITIVE_INFINITY;
    const { topicId, partition: index, leaderEpoch } = followed.asked;
    const startOffset = followed.partition?.startOffset ?? -1;
    const told = { topicId, partition: index, errorCode: errorCode(error), leaderEpoch, startOffset };
    return { told, frames: [], bytes: 0 };
  }

  /** Where the follower's history parts from this log's (KIP-595); null where it does not. */
  #parts(partition: Partition, asked: Asked): { epoch: number; endOffset: number } | null {
    const endOffset = partition.log?.endOffset ?? 0;
    if (asked.lastEpoch < 0) return asked.writtenEnd > endOffset ? { epoch: -1, endOffset } : null;
    const end = partition.epochEnd(asked.lastEpoch);
    // A later term than all that this log has records of: nothing behind its end is the leader's.
    if (end === null) return { epoch: partition.log?.epochs.latest ?? -1, endOffset };
    return end.epoch < asked.lastEpoch || end.endOffset < asked.writtenEnd ? end : null;
  }

  async #sendRecords(
    followed: Followed,
    partition: Partition,
    log: PartitionLog,
    bytesLeft: number,
  ): Promise<Served | null> {
    const { asked } = followed;
    const from = asked.writtenEnd;
    if (from >= log.endOffset) return null;
    const bytesMax = Math.min(bytesLeft, peerFetchPartitionBytesMax);
    try {
      const found =
        readTail(log, from, log.endOffset, bytesMax, true) ??
        // What is accepted and not written yet is in memory, or has to be waited for.
        (await readDisk(log, this.#deps.pool, from, partition.durableEnd, bytesMax, true));
      if (found.bytes === 0) return null;
      followed.servedIn = Number.POSITIVE_INFINITY;
      followed.toldHighWatermark = partition.highWatermark;
      this.#moved.delete(followed);
      const told = { ...marks(asked, partition), records: found.views };
      return { told, frames: found.frames, bytes: found.bytes };
    } catch (cause) {
      if (cause instanceof OffsetRemovedError) return this.#refuse(followed, 'OFFSET_OUT_OF_RANGE');
      this.#deps.deps.log.error('peer.read.failed', { dir: partition.dir }, cause);
      return this.#refuse(followed, 'KAFKA_STORAGE_ERROR');
    }
  }
}

function release(frames: readonly Frame[]): void {
  for (const frame of frames) frame.release();
}

function marks({ topicId, partition: index, leaderEpoch }: Asked, partition: Partition): Told {
  const { highWatermark, startOffset } = partition;
  return { topicId, partition: index, errorCode: 0, leaderEpoch, highWatermark, startOffset };
}
