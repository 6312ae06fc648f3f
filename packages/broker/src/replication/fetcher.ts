import { errorName } from '@weir/kafka-protocol/errors';
import type { BrokerRecord } from '@weir/metadata-store/model';
import type { BrokerLifeId } from '@weir/metadata-store/port';
import type { Deps, Timer } from '../deps.ts';
import {
  openRetryMs,
  peerAnswerBytesMax,
  peerFetchBytesMax,
  peerFetchWaitMsMax,
  peerHelloBytesMax,
  peerRefusedRetryMs,
  peerRetryMs,
  peerSilenceMsMax,
} from '../limits.ts';
import type { FairQueue } from '../memory/fair-queue.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { appendFetched, learnFromLeader, restartAtLeader, truncateToLeader } from '../partition/following.ts';
import type { Partition } from '../partition/partition.ts';
import { partitionKey } from '../partition/partition-place.ts';
import { introduce } from './introduce.ts';
import { PeerLink, readResponse } from './peer-link.ts';
import { type PeerFetched, peerFetchApi } from './peer-messages.ts';

export interface FetcherDeps {
  readonly deps: Pick<Deps, 'clock' | 'log' | 'network' | 'random'>;
  readonly pool: FramePool;
  readonly secret: Buffer;
  /** Logs that are read from disk to be followed: a few at once, one tenant's after the other's. */
  readonly opens: FairQueue;
  /** This life of the broker. */
  readonly self: BrokerLifeId;
  /** Where the picture of the cell has the broker; undefined: it has none of that id. */
  broker(brokerId: number): BrokerRecord | undefined;
  pictureIsOld(): void;
}

type Told = PeerFetched['partitions'][number];

interface Following {
  readonly partition: Partition;
  /** It is opened, cut, or rests after a refusal: nothing is asked for it. */
  isBusy: boolean;
  readonly forget: () => void;
}

/** One request more than the one that waits at the leader: what became durable is told while it waits. */
const requestsUnderWayMax = 2;

/** Fetches, from one leader, all partitions that this broker follows there. Connects again for as long as there are any. */
export class Fetcher {
  readonly #deps: FetcherDeps;
  readonly #leader: number;
  readonly #following = new Map<string, Following>();
  /** Whose place the leader has not been told. */
  readonly #untold = new Set<Following>();
  #forgotten: { topicId: string; partition: number }[] = [];
  #link: PeerLink | null = null;
  /** Correlation ids of the requests under way. */
  readonly #underWay: number[] = [];
  #lastCorrelationId = 0;
  /** Of the connection. */
  #answersTaken = 0;
  #heardMs = 0;
  #isScheduled = false;
  #isClosed = false;
  #isConnected = true;
  #pause: Timer | null = null;

  constructor(deps: FetcherDeps, leader: number) {
    this.#deps = deps;
    this.#leader = leader;
    void this.#connect();
  }

  get partitionCount(): number {
    return this.#following.size;
  }

  /** Fetches the partition from now on, or, after its row has changed, tells the leader of it anew. */
  follow(partition: Partition): void {
    const known = this.#following.get(partition.key);
    if (known?.partition === partition) {
      this.#tell(known);
      return;
    }
    const durable = () => this.#tell(following);
    const following: Following = {
      partition,
      isBusy: false,
      forget: () => partition.logWatchers.delete(durable),
    };
    partition.logWatchers.add(durable);
    this.#following.set(partition.key, following);
    this.#open(following);
  }

  unfollow(partition: Partition): void {
    const following = this.#following.get(partition.key);
    if (following === undefined) return;
    following.forget();
    this.#following.delete(partition.key);
    this.#untold.delete(following);
    this.#forgotten.push({ topicId: partition.topicId, partition: partition.index });
  }

  close(): void {
    this.#isClosed = true;
    for (const { partition } of [...this.#following.values()]) this.unfollow(partition);
    this.#pause?.cancel();
    this.#link?.close();
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
        this.#tell(following);
      },
      (cause: unknown) => {
        if (this.#following.get(following.partition.key) !== following) return;
        this.#deps.deps.log.warn('peer.partition.failed', { dir: following.partition.dir }, cause);
        this.#deps.deps.clock.after(retryMs, () => this.#open(following));
      },
    );
  }

  #tell(following: Following): void {
    if (following.isBusy || this.#following.get(following.partition.key) !== following) return;
    this.#untold.add(following);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // What becomes durable in a tick is told together.
    this.#deps.deps.clock.soon(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  async #connect(): Promise<void> {
    const { deps, self } = this.#deps;
    while (!this.#isClosed) {
      try {
        await this.#session();
      } catch (cause) {
        if (this.#isConnected && !this.#isClosed)
          deps.log.warn('peer.unreachable', { brokerId: self.brokerId, leader: this.#leader }, cause);
        this.#isConnected = false;
      }
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#pause = deps.clock.after(peerRetryMs, resolve);
      });
    }
  }

  /** From the connection's beginning to its end. */
  async #session(): Promise<void> {
    const { deps, pool, self, secret } = this.#deps;
    const broker = this.#deps.broker(this.#leader);
    if (broker?.peerHost == null || broker.peerPort == null) throw new Error('its address is not known');
    const transport = await deps.network.connect(broker.peerHost, broker.peerPort);
    const ended = Promise.withResolvers<unknown>();
    let onFrame: (frame: Frame) => void = () => undefined;
    let bytesMax = peerHelloBytesMax;
    const link = new PeerLink(transport, pool, () => bytesMax, {
      frame: (frame) => onFrame(frame),
      closed: ended.resolve,
    });
    const toldOfEnd = ended.promise.then((cause) => {
      throw cause ?? new Error('the connection ended');
    });
    try {
      const said = { ...self, toBrokerId: this.#leader };
      const receive = (call: (frame: Frame) => void) => {
        onFrame = call;
      };
      await Promise.race([introduce(link, receive, deps.random, secret, said), toldOfEnd, this.#patience()]);
      bytesMax = peerAnswerBytesMax;
      onFrame = (frame) => this.#take(frame);
      this.#begin(link);
      await Promise.race([toldOfEnd, this.#silence(link)]);
    } finally {
      this.#link = null;
      link.close();
    }
  }

  #patience(): Promise<never> {
    return new Promise((_, reject) => {
      this.#deps.deps.clock.after(peerSilenceMsMax, () => reject(new Error('no answer to an introduction')));
    });
  }

  #begin(link: PeerLink): void {
    if (!this.#isConnected) this.#deps.deps.log.info('peer.reached', { leader: this.#leader });
    this.#isConnected = true;
    this.#link = link;
    this.#underWay.length = 0;
    this.#answersTaken = 0;
    this.#forgotten = [];
    this.#heardMs = this.#deps.deps.clock.monotonicMs();
    for (const following of this.#following.values()) if (!following.isBusy) this.#untold.add(following);
    this.#send();
  }

  /** Rejects when the leader has said nothing for too long: a machine that is gone closes no connection. */
  async #silence(link: PeerLink): Promise<void> {
    const { clock } = this.#deps.deps;
    while (this.#link === link) {
      await new Promise<void>((resolve) => clock.after(peerSilenceMsMax / 2, resolve));
      if (this.#link === link && clock.monotonicMs() - this.#heardMs > peerSilenceMsMax)
        throw new Error('the leader is silent');
    }
  }

  #send(): void {
    const link = this.#link;
    if (link === null || link.isClosed || this.#isClosed) return;
    const mayWait = this.#underWay.length === 0;
    const hasNews = this.#untold.size > 0 || this.#forgotten.length > 0;
    if (!mayWait && (!hasNews || this.#underWay.length >= requestsUnderWayMax)) return;
    const partitions = [...this.#untold].flatMap(({ partition }) => {
      if (!partition.isFollower || !partition.isOpen) return [];
      const { topicId, index, record, fetchPosition } = partition;
      return [{ topicId, partition: index, leaderEpoch: record.leaderEpoch, ...fetchPosition }];
    });
    this.#untold.clear();
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    this.#lastCorrelationId = (this.#lastCorrelationId + 1) & 0x7fff_ffff;
    this.#underWay.push(this.#lastCorrelationId);
    const answersTaken = this.#answersTaken;
    const limits = { maxWaitMs: peerFetchWaitMsMax, bytesMax: peerFetchBytesMax };
    const request = { ...limits, answersTaken, partitions, forgotten };
    link.request(peerFetchApi, this.#lastCorrelationId, request);
  }

  #take(frame: Frame): void {
    this.#heardMs = this.#deps.deps.clock.monotonicMs();
    const due = this.#underWay.shift() ?? -1;
    this.#answersTaken += 1;
    for (const told of readResponse(frame, peerFetchApi, due).partitions) this.#learn(told, frame);
    this.#send();
  }

  #learn(told: Told, frame: Frame): void {
    const following = this.#following.get(partitionKey(told.topicId, told.partition));
    if (following === undefined || following.isBusy) return;
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
      this.#whileBusy(following, truncateToLeader(this.#deps.deps.log, partition, end), openRetryMs);
      return;
    }
    if (told.records !== null && told.records.length > 0) {
      const problem = appendFetched(partition, told.records, frame);
      if (problem !== null) {
        this.#deps.deps.log.error('peer.records.refused', { dir: partition.dir, problem });
        this.#rest(following);
        return;
      }
      this.#untold.add(following);
    }
    learnFromLeader(this.#deps.deps.log, partition, told);
  }

  #refused(following: Following, told: Told): void {
    const { partition } = following;
    const error = errorName(told.errorCode);
    if (error === 'OFFSET_OUT_OF_RANGE' && partition.fetchPosition.writtenEnd < told.startOffset) {
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
      this.#tell(following);
    });
  }
}
