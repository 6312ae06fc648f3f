import type { BrokerLifeId } from '@weir/metadata-store/port';
import type { Timer } from '../deps.ts';
import { peerColdBytesMax, peerFetchBytesMax, peerFetchWaitMsMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { CommitWatcher, Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import type { PeerFetchRequest, PeerFetchResponse } from './peer-messages.ts';
import {
  type Asked,
  historyParts,
  marks,
  type Question,
  refusal,
  type SessionDeps,
  serve,
  type Told,
} from './serve-follower.ts';

/** An answer, and the frames that hold its bytes. */
export interface SessionAnswer {
  readonly body: PeerFetchResponse;
  readonly frames: readonly Frame[];
}

/** What the session knows of one partition: where its follower is, and what it was told. */
interface Followed extends Question {
  readonly key: string;
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
    if (isOfTerm && historyParts(partition, asked) === null) partition.followerFetched(this.#follower, asked);
  }

  #hasNews({ partition, asked }: Followed): boolean {
    if (partition === null || !partition.hasBegun || partition.log === null) return true;
    if (partition.record.leaderEpoch !== asked.leaderEpoch) return true;
    const { log } = partition;
    if (asked.writtenEnd !== log.endOffset) return true;
    return asked.lastEpoch !== log.epochs.latest && historyParts(partition, asked) !== null;
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
    // First what is in memory: whoever catches up from disk delays nobody who waits for acks=all.
    for (const coldBytesMax of [0, peerColdBytesMax]) {
      let coldLeft = coldBytesMax;
      for (const followed of [...this.#ready]) {
        if (left <= 0 || (coldBytesMax > 0 && coldLeft <= 0)) break;
        if (!this.#ready.delete(followed)) continue;
        const served = await serve(this.#deps, followed, { bytesMax: left, coldBytesMax: coldLeft });
        if (served === 'cold') this.#ready.add(followed);
        if (served === 'closed') this.#open(followed);
        if (served === null || typeof served === 'string') continue;
        if (this.#followed.get(followed.key) !== followed) {
          // The follower has told of another place of his while this was read.
          release(served.frames);
          continue;
        }
        this.#tells(followed, served.told);
        partitions.push(served.told);
        those.push(followed);
        for (const frame of served.frames) frames.push(frame);
        left -= served.bytes;
        coldLeft -= served.bytes;
      }
    }
    for (const followed of this.#unopened) {
      if (this.#followed.get(followed.key) !== followed) continue;
      partitions.push(refusal(followed, 'KAFKA_STORAGE_ERROR'));
      followed.servedIn = Number.POSITIVE_INFINITY;
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

  /** Nothing more is told of it before the follower asks anew. */
  #tells(followed: Followed, told: Told): void {
    followed.servedIn = Number.POSITIVE_INFINITY;
    if (told.highWatermark === undefined) return;
    followed.toldHighWatermark = told.highWatermark;
    this.#moved.delete(followed);
  }

  /** Beside the others, which need not wait for it. */
  #open(followed: Followed): void {
    followed.partition?.open().then(
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
}

function release(frames: readonly Frame[]): void {
  for (const frame of frames) frame.release();
}
