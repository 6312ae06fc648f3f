import type { BrokerRecord } from '@weir/metadata-store/model';
import type { BrokerLifeId } from '@weir/metadata-store/port';
import {
  catchUpPendingBytesMax,
  peerAnswerBytesMax,
  peerCatchUpBytesMax,
  peerFetchBytesMax,
  peerFetchWaitMsMax,
  peerHelloBytesMax,
  peerRetryMs,
  peerSilenceMsMax,
} from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { fetchPositionOf } from '../partition/fetch-position.ts';
import type { LastHeard } from '../partition/last-heard.ts';
import type { Partition } from '../partition/partition.ts';
import { introduce } from './introduce.ts';
import { type Lane, laneNumber } from './lanes.ts';
import { PeerLink, readResponse } from './peer-link.ts';
import { type PeerFetched, peerFetchApi } from './peer-messages.ts';

export interface LaneDeps {
  readonly deps: Pick<Deps, 'clock' | 'log' | 'peerNetwork' | 'random'>;
  readonly pool: FramePool;
  readonly secret: Buffer;
  /** This life of the broker. */
  readonly self: BrokerLifeId;
  readonly leaders: Pick<LastHeard, 'heard'>;
  /** Where the picture of the cell has the broker; undefined: it has none of that id. */
  broker(brokerId: number): BrokerRecord | undefined;
  /** The number of a request, above those of all before it, whatever their connections. */
  nextSaid(): number;
}

export type Told = PeerFetched['partitions'][number];

/** A partition that is fetched, and on which lane. */
export interface Following {
  readonly partition: Partition;
  /** It is opened, cut, or rests after a refusal: nothing is asked for it. */
  isBusy: boolean;
  lane: FetchLane;
  /** In which term the leader was last told where the follower is. */
  toldEpoch: number;
  /** Answers in a row that went on elsewhere than its log. */
  voidAnswers: number;
  readonly forget: () => void;
}

/** One request more than the one that waits at the leader: what became durable is told while it waits. */
const requestsUnderWayMax = 2;

/** One connection to a leader, made again for as long as it is wanted, and what is asked on it. */
export class FetchLane {
  readonly lane: Exclude<Lane, 'any' | 'calls'>;
  readonly #deps: LaneDeps;
  readonly #leader: number;
  readonly #learn: (told: Told, frame: Frame, lane: FetchLane) => void;
  readonly #members = new Set<Following>();
  /** Whose place the leader has not been told. */
  readonly #untold = new Set<Following>();
  /** To which records came that may not be written yet. */
  readonly #writing = new Set<Following>();
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

  constructor(
    deps: LaneDeps,
    leader: number,
    lane: Exclude<Lane, 'any' | 'calls'>,
    learn: (told: Told, frame: Frame, lane: FetchLane) => void,
  ) {
    this.#deps = deps;
    this.#leader = leader;
    this.lane = lane;
    this.#learn = learn;
    void this.#connect();
  }

  get partitionCount(): number {
    return this.#members.size;
  }

  /** It is asked for here from now on, once it is told of. */
  add(following: Following): void {
    this.#members.add(following);
  }

  remove(following: Following): void {
    if (!this.#members.delete(following)) return;
    this.#untold.delete(following);
    this.#writing.delete(following);
    const { topicId, index } = following.partition;
    this.#forgotten.push({ topicId, partition: index });
  }

  /** The leader is to know where the follower is. */
  tell(following: Following): void {
    if (following.isBusy || !this.#members.has(following)) return;
    this.#untold.add(following);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // What becomes durable in a tick is told together.
    this.#deps.deps.clock.soon(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  /** The same of one of which the answer told that is being taken: the request behind it says so. */
  took(following: Following): void {
    this.#untold.add(following);
    this.#writing.add(following);
  }

  close(): void {
    this.#isClosed = true;
    this.#pause?.cancel();
    this.#link?.close();
  }

  async #connect(): Promise<void> {
    const { deps, self } = this.#deps;
    while (!this.#isClosed) {
      try {
        await this.#session();
      } catch (cause) {
        const { lane } = this;
        if (this.#isConnected && !this.#isClosed)
          deps.log.warn('peer.unreachable', { brokerId: self.brokerId, leader: this.#leader, lane }, cause);
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
    const transport = await deps.peerNetwork.connect(broker.peerHost, broker.peerPort);
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
      const said = { ...self, toBrokerId: this.#leader, lane: laneNumber(this.lane) };
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
    if (this.#isClosed) throw new Error('the connection is not wanted any more');
    if (!this.#isConnected)
      this.#deps.deps.log.info('peer.reached', { leader: this.#leader, lane: this.lane });
    this.#isConnected = true;
    this.#link = link;
    this.#underWay.length = 0;
    this.#answersTaken = 0;
    this.#forgotten = [];
    this.#heardMs = this.#deps.deps.clock.monotonicMs();
    for (const following of this.#members) if (!following.isBusy) this.#untold.add(following);
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
    const mayAsk = this.#untold.size > 0 && !this.#isBehindDisk();
    const hasNews = mayAsk || this.#forgotten.length > 0;
    if (!mayWait && (!hasNews || this.#underWay.length >= requestsUnderWayMax)) return;
    const partitions = mayAsk ? this.#places() : [];
    const forgotten = this.#forgotten;
    this.#forgotten = [];
    this.#lastCorrelationId = (this.#lastCorrelationId + 1) & 0x7fff_ffff;
    this.#underWay.push(this.#lastCorrelationId);
    const bytesMax = this.lane === 'tail' ? peerFetchBytesMax : peerCatchUpBytesMax;
    link.request(peerFetchApi, this.#lastCorrelationId, {
      maxWaitMs: peerFetchWaitMsMax,
      bytesMax,
      answersTaken: this.#answersTaken,
      partitions,
      forgotten,
      said: this.#deps.nextSaid(),
    });
  }

  #places() {
    const places = [...this.#untold].flatMap((following) => {
      const { partition } = following;
      if (!partition.isFollower || !partition.isOpen) return [];
      const { topicId, index, record } = partition;
      following.toldEpoch = record.leaderEpoch;
      return [{ topicId, partition: index, leaderEpoch: record.leaderEpoch, ...fetchPositionOf(partition) }];
    });
    this.#untold.clear();
    return places;
  }

  /**
   * Whether more has come to catch up than the disk takes. What is in sync waits for a disk by what its producers may
   * have under way; what catches up comes as fast as it is asked for.
   */
  #isBehindDisk(): boolean {
    if (this.lane === 'tail') return false;
    let bytes = 0;
    for (const following of this.#writing) {
      const pending = following.partition.log?.bytesPending ?? 0;
      if (pending === 0) this.#writing.delete(following);
      bytes += pending;
    }
    return bytes > catchUpPendingBytesMax;
  }

  #take(frame: Frame): void {
    this.#heardMs = this.#deps.deps.clock.monotonicMs();
    this.#deps.leaders.heard(this.#leader, this.#heardMs);
    const due = this.#underWay.shift() ?? -1;
    this.#answersTaken += 1;
    for (const told of readResponse(frame, peerFetchApi, due).partitions) this.#learn(told, frame, this);
    this.#send();
  }
}
