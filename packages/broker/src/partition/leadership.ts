import type { PartitionRecord } from '@weir/metadata-store/model';
import type { BrokerLifeId } from '@weir/metadata-store/port';
import { replicaLagMsMax, replicaSilenceMsMax } from '../cell-limits.ts';
import type { FetchPosition } from './fetch-position.ts';
import type { Partition } from './partition.ts';
import type { PartitionEnvironment } from './partition-environment.ts';

/** How far a follower has come, as its last fetch told. */
interface Follower {
  /** Which life of the broker told it. */
  readonly bootEpoch: number;
  /** The offset behind what it has written; it fetches from there. */
  writtenEnd: number;
  /** The offset behind what it has made durable. */
  durableEnd: number;
  /** When it last had all that this log then had, by the monotonic clock (KIP-16). */
  caughtUpMs: number;
  fetchedMs: number;
  /** Where the log ended at its last fetch. */
  logEndThen: number;
  /** Where its log begins; −1: it serves no readers. */
  startOffset: number;
  /** What it was told to be committed in this term; −1: nothing yet. */
  toldHighWatermark: number;
}

/** A leader's log when it looks who is in sync with it. */
interface LogNow {
  readonly highWatermark: number;
  /** Records before it were deleted, and whoever may lead next shows none of them. */
  readonly deletedBefore: number;
  readonly endOffset: number;
  /** By the monotonic clock. */
  readonly nowMs: number;
  /** How long a follower may be behind, milliseconds. */
  readonly lagMsMax: number;
  /** How long it may fetch nothing at all, milliseconds. */
  readonly silenceMsMax: number;
}

export function logNow(
  { deps, bounds }: PartitionEnvironment,
  { highWatermark, log }: Pick<Partition, 'highWatermark' | 'log'>,
): LogNow {
  return {
    highWatermark,
    deletedBefore: log?.deletedBefore ?? 0,
    endOffset: log?.endOffset ?? 0,
    nowMs: deps.clock.monotonicMs(),
    lagMsMax: bounds?.replicaLagMsMax ?? replicaLagMsMax,
    silenceMsMax: replicaSilenceMsMax,
  };
}

/** What a leader would have the store agree to. */
export type WantedChange =
  | { readonly kind: 'isr'; readonly isr: readonly BrokerLifeId[] }
  | { readonly kind: 'next-epoch' }
  | { readonly kind: 'lead'; readonly leader: number }
  | { readonly kind: 'resign'; readonly isLost: boolean };

/** What the store was asked to make of the ISR, at the version of the row that it would replace. */
interface AskedIsr {
  readonly partitionEpoch: number;
  /** Of the question that is under way. */
  underWay: readonly number[];
  /** Of those that were never answered: the store may have agreed, or may yet. */
  unknown: readonly number[];
}

/**
 * One term of this broker as the partition's leader: how far its followers are, and what follows from it.
 * Nothing in it outlasts the term.
 */
export class Leadership {
  readonly epoch: number;
  /** Where the log ended when the term began: a follower is in sync only with all before it. */
  readonly startOffset: number;
  readonly #brokerId: number;
  readonly #beganMs: number;
  readonly #followers = new Map<number, Follower>();
  #asked: AskedIsr | null = null;
  /** Followers that hold what was committed, and this log does not. */
  readonly #ahead = new Set<number>();
  /** Whether all that may be in sync were found to have what the log had when the term began. */
  isConfirmed = false;

  constructor(brokerId: number, epoch: number, startOffset: number, nowMs: number) {
    this.#brokerId = brokerId;
    this.epoch = epoch;
    this.startOffset = startOffset;
    this.#beganMs = nowMs;
  }

  /** A follower's fetch: it has written up to `writtenEnd`, and made durable up to `durableEnd`. */
  fetched(
    follower: BrokerLifeId,
    at: Pick<FetchPosition, 'writtenEnd' | 'durableEnd' | 'startOffset'>,
    log: { readonly endOffset: number; readonly nowMs: number },
  ): void {
    const { brokerId, bootEpoch } = follower;
    let known = this.#followers.get(brokerId);
    if (known?.bootEpoch !== bootEpoch) {
      const never = Number.NEGATIVE_INFINITY;
      const heard = { caughtUpMs: never, fetchedMs: never, logEndThen: Number.POSITIVE_INFINITY };
      known = { bootEpoch, ...at, ...heard, toldHighWatermark: -1 };
      this.#followers.set(brokerId, known);
    }
    // By what it has for good: one whose disk hangs is behind, and would hold up all others.
    if (at.durableEnd >= log.endOffset) known.caughtUpMs = log.nowMs;
    else if (at.durableEnd >= known.logEndThen) known.caughtUpMs = known.fetchedMs;
    known.writtenEnd = at.writtenEnd;
    known.durableEnd = at.durableEnd;
    known.startOffset = at.startOffset;
    known.fetchedMs = log.nowMs;
    known.logEndThen = log.endOffset;
  }

  /** Those in sync, and whoever the store may have taken in by now. */
  mayBeInSync(record: PartitionRecord): readonly number[] {
    const { underWay = [], unknown = [] } = this.#askedFor(record) ?? {};
    return [...record.isr, ...underWay, ...unknown];
  }

  /** Where a follower's log begins, as far as it has said in this term; −1: it has said nothing. */
  startOf(brokerId: number): number {
    return this.#followers.get(brokerId)?.startOffset ?? -1;
  }

  /** The follower holds what was committed, and this log does not: whether that is news. */
  isBehind(follower: BrokerLifeId): boolean {
    if (this.#ahead.has(follower.brokerId)) return false;
    this.#ahead.add(follower.brokerId);
    return true;
  }

  /** Whether a replica holds what was committed, and this log does not: nobody is served by what lacks that. */
  isLacking({ replicas }: PartitionRecord): boolean {
    return this.#ahead.size > 0 && replicas.some((brokerId) => this.#ahead.has(brokerId));
  }

  /** The follower is on its way to hear that everything before `highWatermark` is committed. */
  told(follower: BrokerLifeId, highWatermark: number): void {
    const known = this.#followers.get(follower.brokerId);
    if (known?.bootEpoch === follower.bootEpoch) known.toldHighWatermark = highWatermark;
  }

  /**
   * Of the brokers that `mayServe`, the one that a reader at `offset` is to read from (KIP-392); null: none of them.
   * It is in sync, so that it has all that is committed, and has heard that what lies before the offset is: who has
   * not would keep the reader waiting. What is committed from now on it hears of soon, as it is told of every move of
   * the high watermark, so that one that is the least bit behind now need not be passed over. Kafka asks only for
   * the end of its log, and takes the one that is ahead, as we do.
   */
  readerAt(
    record: PartitionRecord,
    offset: number,
    mayServe: (life: BrokerLifeId) => boolean,
  ): number | null {
    let ahead: { readonly brokerId: number; readonly toldHighWatermark: number } | null = null;
    for (const brokerId of record.replicas) {
      const known = this.#followers.get(brokerId);
      if (known === undefined || known.startOffset < 0 || !record.isr.includes(brokerId)) continue;
      const { startOffset, writtenEnd, toldHighWatermark, bootEpoch } = known;
      if (offset < startOffset || offset > Math.min(writtenEnd, toldHighWatermark)) continue;
      if (toldHighWatermark <= (ahead?.toldHighWatermark ?? -1)) continue;
      if (mayServe({ brokerId, bootEpoch })) ahead = { brokerId, toldHighWatermark };
    }
    return ahead?.brokerId ?? null;
  }

  /**
   * Up to where all that may be in sync have the log for good: the committed ISR and the one that was asked for,
   * as the store may already have agreed to it (KIP-497). A follower not heard of in this term has nothing.
   */
  durableEverywhere(record: PartitionRecord, ownDurableEnd: number): number {
    const asked = this.#askedFor(record);
    let end = ownDurableEnd;
    for (const members of [record.isr, asked?.underWay ?? [], asked?.unknown ?? []])
      for (const brokerId of members) end = Math.min(end, this.#durableEndOf(brokerId, end));
    return end;
  }

  #durableEndOf(brokerId: number, own: number): number {
    return brokerId === this.#brokerId ? own : (this.#followers.get(brokerId)?.durableEnd ?? -1);
  }

  /** Once the row has changed, what was asked before comes too late. */
  #askedFor(record: PartitionRecord): AskedIsr | null {
    return this.#asked?.partitionEpoch === record.partitionEpoch ? this.#asked : null;
  }

  /**
   * The ISR as it should be; null where it is so. After a question that was never answered it is asked for even so:
   * any change of the row settles that one. `heardMs`: when a broker last fetched anything; one that has all of a
   * log to which nothing comes does not name it again.
   */
  wantedIsr(
    record: PartitionRecord,
    log: LogNow,
    heardMs: (brokerId: number) => number,
    mayJoin: (life: BrokerLifeId) => boolean,
  ): readonly BrokerLifeId[] | null {
    const isr = record.replicas.filter((brokerId) => {
      if (brokerId === this.#brokerId) return true;
      const follower = this.#followers.get(brokerId);
      if (follower !== undefined && follower.durableEnd >= log.endOffset)
        follower.caughtUpMs = Math.max(follower.caughtUpMs, heardMs(brokerId));
      if (record.isr.includes(brokerId)) {
        const sinceMs = (momentMs: number) => log.nowMs - Math.max(momentMs, this.#beganMs);
        if (sinceMs(heardMs(brokerId)) > log.silenceMsMax) return false;
        return sinceMs(follower?.caughtUpMs ?? 0) <= log.lagMsMax;
      }
      if (follower === undefined) return false;
      const hasAll = follower.durableEnd >= Math.max(log.highWatermark, this.startOffset);
      const hasLetGo = follower.startOffset >= log.deletedBefore;
      return hasAll && hasLetGo && mayJoin({ brokerId, bootEpoch: follower.bootEpoch });
    });
    const isSame = isr.length === record.isr.length && isr.every((brokerId) => record.isr.includes(brokerId));
    if (isSame && (this.#askedFor(record)?.unknown.length ?? 0) === 0) return null;
    return isr.map((brokerId) => ({
      brokerId,
      bootEpoch: this.#followers.get(brokerId)?.bootEpoch ?? -1,
    }));
  }

  /** The store is asked for this ISR: until it has answered, its members count as in sync. */
  asks(record: PartitionRecord, isr: readonly BrokerLifeId[]): void {
    const { partitionEpoch } = record;
    const unknown = this.#askedFor(record)?.unknown ?? [];
    this.#asked = { partitionEpoch, underWay: isr.map((life) => life.brokerId), unknown };
  }

  /** The store has refused: what was asked for last will not be. */
  refused(): void {
    if (this.#asked !== null) this.#asked.underWay = [];
  }

  /** Nobody knows what became of the question: it may have been heard, and may yet be. */
  answerLost(): void {
    if (this.#asked === null) return;
    this.#asked.unknown = [...new Set([...this.#asked.unknown, ...this.#asked.underWay])];
    this.#asked.underWay = [];
  }
}
