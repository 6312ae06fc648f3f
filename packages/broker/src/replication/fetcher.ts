import { errorName } from '@weir/kafka-protocol/errors';
import { peerCatchUpIdleMs, peerRefusedRetryMs, peerVoidAnswersMax } from '../cell-limits.ts';
import type { Timer } from '../deps.ts';
import { openRetryMs } from '../limits.ts';
import type { FairQueue } from '../memory/fair-queue.ts';
import type { Frame } from '../memory/frame-pool.ts';
import {
  appendFetched,
  isLacking,
  learnFromLeader,
  restartAtLeader,
  truncateToLeader,
} from '../partition/following.ts';
import type { Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import { FetchLane, type Following, type LaneDeps, type Told } from './fetch-lane.ts';
import { laneOf } from './lanes.ts';

export interface FetcherDeps extends LaneDeps {
  /** Logs that are read from disk to be followed: a few at once, one tenant's after the other's. */
  readonly opens: FairQueue;
  readonly figures: CatchUpFigures;
  pictureIsOld(): void;
}

/** How often replicas of this broker were so far behind that their leaders had to read from disk, and were no more. */
export interface CatchUpFigures {
  begun: number;
  ended: number;
}

/**
 * Fetches, from one leader, all partitions that this broker follows there: each on the connection for what is in
 * memory, or, while the leader says that it would have to read from disk, on another one, so that nothing that is in
 * sync waits behind it. None is asked for on both.
 */
export class Fetcher {
  readonly #deps: FetcherDeps;
  readonly #leader: number;
  readonly #following = new Map<string, Following>();
  readonly #tail: FetchLane;
  /** Null: nothing has caught up for a while. */
  #catchUp: FetchLane | null = null;
  #idle: Timer | null = null;

  constructor(deps: FetcherDeps, leader: number) {
    this.#deps = deps;
    this.#leader = leader;
    this.#tail = this.#lane('tail');
  }

  get partitionCount(): number {
    return this.#following.size;
  }

  get catchingUpCount(): number {
    return this.#catchUp?.partitionCount ?? 0;
  }

  /** Fetches the partition from now on, or, once another term has begun, tells the leader of it anew. */
  follow(partition: Partition): void {
    const known = this.#following.get(partition.key);
    if (known?.partition === partition) {
      if (known.toldEpoch !== partition.record.leaderEpoch) known.lane.tell(known);
      return;
    }
    const durable = () => following.lane.tell(following);
    const following: Following = {
      partition,
      isBusy: false,
      // The leader alone knows what it has in memory, and says so without reading anything.
      lane: this.#tail,
      toldEpoch: -1,
      voidAnswers: 0,
      forget: () => partition.logWatchers.delete(durable),
    };
    partition.logWatchers.add(durable);
    this.#following.set(partition.key, following);
    this.#tail.add(following);
    this.#open(following);
  }

  unfollow(partition: Partition): void {
    const following = this.#following.get(partition.key);
    if (following === undefined) return;
    following.forget();
    this.#following.delete(partition.key);
    this.#leaveLane(following);
  }

  close(): void {
    for (const { partition } of [...this.#following.values()]) this.unfollow(partition);
    this.#idle?.cancel();
    this.#tail.close();
    this.#catchUp?.close();
  }

  #lane(lane: 'tail' | 'catch-up'): FetchLane {
    return new FetchLane(this.#deps, this.#leader, lane, (told, frame, on) => this.#learn(told, frame, on));
  }

  #open(following: Following): void {
    const { partition } = following;
    const opened = this.#deps.opens.run(partition.clusterId, () => partition.open());
    this.#whileBusy(following, opened, openRetryMs);
  }

  /** Asks for nothing of it until the work is done; where it fails, again after `retryMs`. */
  #whileBusy(following: Following, work: Promise<void>, retryMs: number): void {
    following.isBusy = true;
    work.then(
      () => {
        following.isBusy = false;
        following.lane.tell(following);
      },
      (cause: unknown) => {
        if (this.#following.get(following.partition.key) !== following) return;
        this.#deps.deps.log.warn('peer.partition.failed', { dir: following.partition.dir }, cause);
        this.#deps.deps.clock.after(retryMs, () => this.#open(following));
      },
    );
  }

  #learn(told: Told, frame: Frame, lane: FetchLane): void {
    const following = this.#following.get(partitionKey(told.topicId, told.partition));
    // What comes on a lane that it has left is void.
    if (following === undefined || following.isBusy || following.lane !== lane) return;
    const { partition } = following;
    // What was asked of another term is told again.
    if (told.leaderEpoch !== partition.record.leaderEpoch || !partition.isFollower) return;
    // A log that has failed is told of again once it was read anew.
    if (!partition.isOpen) return;
    if (told.errorCode !== 0) {
      this.#refused(following, told);
      return;
    }
    if (told.divergingEnd >= 0) {
      const end = { epoch: told.divergingEpoch, endOffset: told.divergingEnd };
      if (isLacking(this.#deps.deps.log, partition, end)) {
        this.#rest(following);
        return;
      }
      this.#whileBusy(following, truncateToLeader(this.#deps.deps.log, partition, end), openRetryMs);
      return;
    }
    if (told.records !== null && told.records.length > 0 && !this.#append(following, told.records, frame))
      return;
    learnFromLeader(this.#deps.deps.log, partition, told);
    if (told.lane !== 0) this.#move(following, told);
  }

  /** Says whether it could. */
  #append(following: Following, records: Buffer, frame: Frame): boolean {
    const { partition, lane } = following;
    const taken = appendFetched(partition, records, frame, lane.lane === 'tail');
    if (taken.ok) {
      following.voidAnswers = 0;
      lane.took(following);
      return true;
    }
    // Where its log was read anew meanwhile, the leader has not heard yet where it ends.
    following.voidAnswers += taken.isElsewhere ? 1 : peerVoidAnswersMax;
    if (following.voidAnswers < peerVoidAnswersMax) lane.took(following);
    else {
      this.#deps.deps.log.error('peer.records.refused', { dir: partition.dir, problem: taken.why });
      this.#rest(following);
    }
    return false;
  }

  /** The leader has it on another lane. */
  #move(following: Following, told: Told): void {
    const lane = laneOf(told.lane);
    if (lane === following.lane.lane || lane === 'any') return;
    this.#leaveLane(following);
    if (lane === 'catch-up') this.#deps.figures.begun += 1;
    else this.#deps.figures.ended += 1;
    following.lane = lane === 'tail' ? this.#tail : this.#openCatchUp();
    following.lane.add(following);
    following.lane.tell(following);
  }

  #openCatchUp(): FetchLane {
    this.#idle?.cancel();
    this.#idle = null;
    this.#catchUp ??= this.#lane('catch-up');
    return this.#catchUp;
  }

  #leaveLane(following: Following): void {
    following.lane.remove(following);
    if (following.lane === this.#tail || this.catchingUpCount > 0) return;
    this.#idle ??= this.#deps.deps.clock.after(peerCatchUpIdleMs, () => {
      this.#idle = null;
      this.#catchUp?.close();
      this.#catchUp = null;
    });
  }

  #refused(following: Following, told: Told): void {
    const { partition } = following;
    const error = errorName(told.errorCode);
    if (error === 'OFFSET_OUT_OF_RANGE' && (partition.log?.endOffset ?? 0) < told.startOffset) {
      this.#whileBusy(
        following,
        restartAtLeader(this.#deps.deps.log, partition, told.startOffset),
        openRetryMs,
      );
      return;
    }
    if (error !== 'UNKNOWN_LEADER_EPOCH' && error !== 'NOT_LEADER_OR_FOLLOWER') this.#deps.pictureIsOld();
    this.#rest(following);
  }

  #rest(following: Following): void {
    following.isBusy = true;
    this.#deps.deps.clock.after(peerRefusedRetryMs, () => {
      following.isBusy = false;
      following.lane.tell(following);
    });
  }
}
