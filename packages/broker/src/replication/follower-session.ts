import type { BrokerLifeId } from '@weir/metadata-store/port';
import { highWatermarkToldMs, peerFetchBytesMax, peerFetchWaitMsMax } from '../cell-limits.ts';
import type { Timer } from '../deps.ts';
import { FairSet } from '../memory/fair-set.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { CommitWatcher } from '../partition/commit-watcher.ts';
import type { Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import type { Holder, Holders } from './holders.ts';
import type { Lane } from './lanes.ts';
import type { PeerFetchRequest, PeerFetchResponse } from './peer-messages.ts';
import {
  type Asked,
  elsewhere,
  historyParts,
  marks,
  type Question,
  refusal,
  type Served,
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
  /** Whose it is; of strangers' partitions there is nothing to share out. */
  readonly clusterId: string;
  /** It waits for its turn to be read from disk. */
  isCold: boolean;
  /**
   * Of the session's answers, the one that told records or an error, Infinity until it leaves: who has it says where
   * he is before he gets more.
   */
  servedIn: number | null;
  toldHighWatermark: number;
  /** What the follower has is this log's, up to where it says: only then may it believe what is committed. */
  isCompared: boolean;
  readonly forget: () => void;
}

/** An answer while it is put together. */
interface Gathered extends SessionAnswer {
  readonly body: { readonly partitions: Told[] };
  readonly frames: Frame[];
  readonly served: Followed[];
  bytesLeft: number;
}

/** An answer that waits for something to say. */
interface Waiting {
  readonly bytesMax: number;
  readonly resolve: (answer: SessionAnswer) => void;
  readonly timer: Timer;
  isTimeOver: boolean;
}

/** Whose the session is, and what its connection is for. */
export interface SessionOf {
  readonly follower: BrokerLifeId;
  readonly lane: Lane;
  /** Of that life of the follower. */
  readonly holders: Holders;
}

/**
 * What one follower fetches from this broker, for as long as its connection lasts. It costs what changes: ten
 * thousand partitions in which nothing happens are neither asked for nor looked at.
 */
export class FollowerSession implements Holder {
  readonly #deps: SessionDeps;
  readonly #follower: BrokerLifeId;
  readonly #lane: Lane;
  readonly #holders: Holders;
  readonly #followed = new Map<string, Followed>();
  /** In which there may be something to send: one tenant's after the other's. */
  readonly #ready = new FairSet<Followed>();
  /** Of these, whose next records are on disk, for a replica that is not in sync and has to wait for its share. */
  readonly #cold = new FairSet<Followed>();
  #untilPaid: Timer | null = null;
  /** Whose high watermark moved: told along with the next answer, for which no reader over there waits for long. */
  readonly #moved = new Set<Followed>();
  #untilTold: Timer | null = null;
  /** They have waited for it for long enough. */
  #isToldDue = false;
  /** Whose logs could not be opened, which is told with the next answer. */
  #unopened: Followed[] = [];
  #waiting: Waiting | null = null;
  /** How many were given; the next one is behind them. */
  #answers = 0;
  #isGathering = false;
  #isScheduled = false;

  constructor(deps: SessionDeps, { follower, lane, holders }: SessionOf) {
    this.#deps = deps;
    this.#follower = follower;
    this.#lane = lane;
    this.#holders = holders;
  }

  /** Takes what the follower says of itself, at once; the answer comes when there is one, or the time is over. */
  fetch(request: PeerFetchRequest): Promise<SessionAnswer> {
    this.#deps.followers.heard(this.#follower.brokerId, this.#deps.deps.clock.monotonicMs());
    for (const { topicId, partition } of request.forgotten) this.#drop(partitionKey(topicId, partition));
    for (const asked of request.partitions) {
      const isLatest = this.#holders.claim(partitionKey(asked.topicId, asked.partition), this, request.said);
      if (isLatest) this.#update(asked, request.answersTaken);
    }
    // The follower has something to say that could not wait; what it asked for before is answered.
    if (this.#waiting !== null) this.#answerWaiting({ body: { partitions: this.#movedMarks() }, frames: [] });
    const { clock } = this.#deps.deps;
    const waitMs = Math.min(Math.max(request.maxWaitMs, 0), peerFetchWaitMsMax);
    const bytesMax = Math.min(Math.max(request.bytesMax, 1), peerFetchBytesMax);
    return new Promise((resolve) => {
      const timer = clock.after(waitMs, () => {
        waiting.isTimeOver = true;
        void this.#gather();
      });
      const waiting: Waiting = { bytesMax, resolve, timer, isTimeOver: false };
      this.#waiting = waiting;
      if (this.#mayServe) void this.#gather();
      else this.#waitForShare();
      if (this.#moved.size > 0) this.#tellSoon();
    });
  }

  close(): void {
    for (const key of [...this.#followed.keys()]) this.#drop(key);
    this.#waiting?.timer.cancel();
    this.#waiting = null;
    this.#untilPaid?.cancel();
    this.#untilTold?.cancel();
  }

  yields(key: string): void {
    this.#forget(key);
  }

  get #mayServe(): boolean {
    return this.#ready.size > 0 || (this.#cold.size > 0 && this.#deps.catchUp.waitMs === 0);
  }

  #drop(key: string): void {
    this.#forget(key);
    this.#holders.release(key, this);
  }

  #forget(key: string): void {
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    followed.forget();
    this.#followed.delete(key);
    this.#ready.delete(followed.clusterId, followed);
    this.#cold.delete(followed.clusterId, followed);
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
      clusterId: partition?.clusterId ?? '',
      isCold: false,
      servedIn: null,
      toldHighWatermark,
      isCompared: false,
      forget: () => {
        partition?.logWatchers.delete(grown);
        partition?.watchers.delete(committed);
      },
    };
    const grown = () => this.#mayBeReady(followed);
    const committed: CommitWatcher = {
      committed: () => {
        this.#moved.add(followed);
        this.#tellSoon();
      },
    };
    this.#followed.set(key, followed);
    partition?.logWatchers.add(grown);
    partition?.watchers.add(committed);
    if (partition !== null) {
      followed.isCompared = this.#count(partition, asked);
      // Word of a deletion is lost on one that has an answer to take first: where its log begins tells.
      const isStartOld = asked.startOffset < (partition.log?.deletedBefore ?? 0);
      if (partition.highWatermark !== toldHighWatermark || isStartOld) this.#moved.add(followed);
    }
    if (this.#hasNews(followed)) this.#ready.add(followed.clusterId, followed);
  }

  /** What it has is this log's, and counts, only where its history is this log's up to there: whether that is so. */
  #count(partition: Partition, asked: Asked): boolean {
    if (!partition.hasBegun || partition.record.leaderEpoch !== asked.leaderEpoch) return false;
    const parted = historyParts(partition, asked);
    if (parted === null) partition.followerFetched(this.#follower, asked);
    // It has what was committed, and this log does not.
    else if (parted.endOffset < asked.committedEnd) partition.lacksWhat(this.#follower, asked);
    return parted === null;
  }

  #hasNews({ partition, asked }: Followed): boolean {
    if (partition === null || !partition.hasBegun || partition.log === null) return true;
    if (partition.record.leaderEpoch !== asked.leaderEpoch) return true;
    const { log } = partition;
    if (asked.writtenEnd !== log.endOffset || this.#lane === 'catch-up') return true;
    return asked.lastEpoch !== log.epochs.latest && historyParts(partition, asked) !== null;
  }

  #mayBeReady(followed: Followed): void {
    if (followed.servedIn !== null || followed.isCold || !this.#hasNews(followed)) return;
    this.#ready.add(followed.clusterId, followed);
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
      while (this.#waiting !== null && (this.#mayServe || this.#isToldDue || this.#waiting.isTimeOver)) {
        this.#isToldDue = false;
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
      this.#waitForShare();
    }
  }

  /** Goes on once other replicas' reads are paid for. */
  #waitForShare(): void {
    if (this.#untilPaid !== null || this.#cold.size === 0 || this.#waiting === null) return;
    const { deps, catchUp } = this.#deps;
    this.#untilPaid = deps.clock.after(catchUp.waitMs, () => {
      this.#untilPaid = null;
      void this.#gather();
    });
  }

  async #take(bytesMax: number): Promise<Gathered> {
    const gathered: Gathered = { body: { partitions: [] }, frames: [], served: [], bytesLeft: bytesMax };
    await this.#takeReady(gathered);
    await this.#takeCold(gathered);
    const { partitions } = gathered.body;
    for (const followed of this.#unopened) {
      if (this.#followed.get(followed.key) !== followed) continue;
      partitions.push(refusal(followed, 'KAFKA_STORAGE_ERROR'));
      followed.servedIn = Number.POSITIVE_INFINITY;
      gathered.served.push(followed);
    }
    this.#unopened = [];
    partitions.push(...this.#movedMarks());
    return gathered;
  }

  /** What is in memory, and for members of the ISR, as acks=all waits for them, what is on disk. */
  async #takeReady(gathered: Gathered): Promise<void> {
    while (gathered.bytesLeft > 0) {
      const followed = this.#ready.take();
      if (followed === undefined) return;
      const { asked, partition } = followed;
      const isInSync = partition?.record.isr.includes(this.#follower.brokerId) === true;
      const mayRead = this.#lane !== 'tail' && isInSync;
      const limits = { bytesMax: gathered.bytesLeft, lane: this.#lane, mayRead };
      const served = await serve(this.#deps, followed, limits);
      if (served === 'closed') this.#open(followed);
      else if (served !== 'cold') this.#gathers(gathered, followed, served);
      else if (this.#followed.get(followed.key) !== followed || partition === null) continue;
      else if (this.#lane === 'tail')
        this.#gathers(gathered, followed, elsewhere(asked, partition, 'catch-up'));
      else {
        followed.isCold = true;
        this.#cold.add(followed.clusterId, followed);
      }
    }
  }

  /** What is on disk, of replicas that are not in sync, as far as their share of the disk goes. */
  async #takeCold(gathered: Gathered): Promise<void> {
    while (gathered.bytesLeft > 0 && this.#deps.catchUp.waitMs === 0) {
      const followed = this.#cold.take();
      if (followed === undefined) return;
      followed.isCold = false;
      const limits = { bytesMax: gathered.bytesLeft, lane: this.#lane, mayRead: true };
      const served = await serve(this.#deps, followed, limits);
      if (served === 'closed') this.#open(followed);
      if (served === null || typeof served === 'string') continue;
      this.#deps.catchUp.read(served.bytes);
      this.#gathers(gathered, followed, served);
    }
  }

  #gathers(gathered: Gathered, followed: Followed, served: Served | null): void {
    if (served === null) return;
    if (this.#followed.get(followed.key) !== followed) {
      // The follower has told of another place of his while this was read.
      release(served.frames);
      return;
    }
    this.#tells(followed, served.told);
    gathered.body.partitions.push(served.told);
    gathered.served.push(followed);
    for (const frame of served.frames) gathered.frames.push(frame);
    gathered.bytesLeft -= served.bytes;
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
  #movedMarks(): Told[] {
    const told: Told[] = [];
    for (const followed of this.#moved) {
      const { partition, asked, servedIn, isCompared } = followed;
      const isOfTerm = partition?.hasBegun === true && partition.record.leaderEpoch === asked.leaderEpoch;
      if (servedIn !== null || !isOfTerm || !isCompared) continue;
      followed.toldHighWatermark = partition.highWatermark;
      partition.term?.told(this.#follower, partition.highWatermark);
      told.push(marks(asked, partition));
    }
    this.#moved.clear();
    return told;
  }

  #tellSoon(): void {
    if (this.#untilTold !== null || this.#waiting === null) return;
    this.#untilTold = this.#deps.deps.clock.after(highWatermarkToldMs, () => {
      this.#untilTold = null;
      if (this.#moved.size === 0) return;
      this.#isToldDue = true;
      void this.#gather();
    });
  }

  /** Nothing more is told of it before the follower asks anew. */
  #tells(followed: Followed, told: Told): void {
    followed.servedIn = Number.POSITIVE_INFINITY;
    if (told.highWatermark === undefined) return;
    followed.toldHighWatermark = told.highWatermark;
    if (followed.isCompared) followed.partition?.term?.told(this.#follower, told.highWatermark);
    this.#moved.delete(followed);
  }

  /** Beside the others, which need not wait for it. */
  #open(followed: Followed): void {
    followed.partition?.open().then(
      () => {
        if (this.#followed.get(followed.key) === followed) this.#update(followed.asked, this.#answers);
        if (this.#mayServe) void this.#gather();
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
