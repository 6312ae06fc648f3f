import type { PartitionRecord } from '@weir/metadata-store/model';
import type { BrokerLifeId, PartitionOutcome } from '@weir/metadata-store/port';
import type { EpochEnd } from '../log/leader-epochs.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { acceptBatch } from './accept-batch.ts';
import { appendRefusal } from './append-refusal.ts';
import { type Appended, refused } from './appended.ts';
import type { CommitWatcher } from './commit-watcher.ts';
import { isCutOff, isSetBack } from './cut-off.ts';
import type { FetchPosition } from './fetch-position.ts';
import { Hold } from './hold.ts';
import { Inquiry } from './inquiry.ts';
import { knownCommitted } from './known-committed.ts';
import { Leadership, type WantedChange } from './leadership.ts';
import type { PartitionEnvironment } from './partition-environment.ts';
import type { PartitionOwner } from './partition-owner.ts';
import { type PartitionPlace, partitionKey } from './partition-place.ts';
import { committingReplicasOf, minInsyncReplicasOf, type PartitionSettings } from './partition-settings.ts';
import { ProducerLedger } from './producer-ledger.ts';
import { Replica } from './replica.ts';
import { type Committed, Uncommitted } from './uncommitted.ts';
import { wantedChange } from './wanted-change.ts';

/**
 * A partition as this broker has it: its replica, and whether it leads, follows, or neither. The leader decides
 * what may be appended; what may be read is what all that are in sync have for good.
 */
export class Partition {
  readonly topicId: string;
  readonly index: number;
  readonly watchers = new Set<CommitWatcher>();
  /**
   * Told of every append, before it is durable, as followers take it at once so that all disks sync together; of
   * what became durable; that the log is open; and of the beginning and end of terms.
   */
  readonly logWatchers = new Set<() => void>();
  record: PartitionRecord;
  settings: PartitionSettings;
  highWatermark = 0;
  /** The term whose leader has compared this log with its own, and told what is committed; −1: none has. */
  comparedEpoch = -1;
  /** The term whose leader lacks what is committed here; −1: none. */
  lackingEpoch = -1;
  readonly #environment: PartitionEnvironment;
  readonly #owner: PartitionOwner;
  /** What is remembered of those that write here. */
  readonly producers: ProducerLedger;
  /** Asked what `append` cannot see by itself. */
  readonly inquiry: Inquiry;
  readonly replica: Replica;
  readonly #uncommitted = new Uncommitted();
  #leadership: Leadership | null = null;
  /** The log was read again after an error: followers may hold what is not in it, so that the old epoch is over. */
  #epochIsOver = false;
  /** Another one is to lead next: nothing is appended any more, so that what is here is on all that are in sync. */
  readonly hold = new Hold();

  constructor(
    environment: PartitionEnvironment,
    place: PartitionPlace,
    record: PartitionRecord,
    settings: PartitionSettings,
    owner: PartitionOwner,
  ) {
    this.#environment = environment;
    this.#owner = owner;
    this.topicId = place.topicId;
    this.index = place.index;
    const { dir } = place;
    this.record = record;
    this.settings = settings;
    const { deps, cache, vacating, isUnregistered: mustExist = false } = environment;
    const { producerIds = null, transactions = null } = environment;
    this.producers = new ProducerLedger({
      account: owner.accounts.producers,
      monotonicMs: () => deps.clock.monotonicMs(),
    });
    const ledger = this.producers;
    this.inquiry = new Inquiry({ deps, owner, dir, index: place.index, ledger, producerIds, transactions });
    const options = () => this.settings.log;
    const { segments } = owner;
    const replicaDeps = { deps, cache, segments, vacating, producers: ledger, mustExist, options };
    this.replica = new Replica(dir, replicaDeps, {
      opened: () => this.#opened(),
      durable: () => this.#durable(),
      failed: () => this.#failed(),
    });
  }

  get dir(): string {
    return this.replica.dir;
  }

  get key(): string {
    return partitionKey(this.topicId, this.index);
  }

  /** Everything before it is on this broker's disk for good. */
  get durableEnd(): number {
    return this.replica.durableEnd;
  }

  get log(): PartitionLog | null {
    return this.replica.log;
  }

  get clusterId(): string {
    return this.#owner.id;
  }

  get isLeader(): boolean {
    const { brokerId, life } = this.#environment;
    return this.record.leader === brokerId && life?.isOver !== true;
  }

  get isFollower(): boolean {
    const { leader, replicas } = this.record;
    const { brokerId } = this.#environment;
    return leader >= 0 && leader !== brokerId && replicas.includes(brokerId);
  }

  get isOpen(): boolean {
    return this.replica.isOpen;
  }

  /** Whether it leads, its term has begun, and no replica is known to have more: else nobody is served. */
  get hasBegun(): boolean {
    return this.#isOfTerm && this.#leadership?.isLacking(this.record) !== true;
  }

  get #isOfTerm(): boolean {
    return this.isLeader && this.#leadership?.epoch === this.record.leaderEpoch;
  }

  /** Whether what is committed is known: not between the beginning of a term and the first word of all followers. */
  get isCommitKnown(): boolean {
    const term = this.#leadership;
    if (term === null) return this.#environment.isUnregistered !== true;
    return term.isConfirmed && this.highWatermark >= term.startOffset;
  }

  /** Whether readers are answered by this leader. */
  get isServing(): boolean {
    return this.#environment.isUnregistered === true ? this.isOpen : this.hasBegun && !this.isCutOff;
  }

  get startOffset(): number {
    return this.log?.startOffset ?? 0;
  }

  get isReplicated(): boolean {
    return this.record.replicas.length > 1;
  }

  /** Reads the log from disk if that has not been done. Rejects when the disk refuses: see Replica. */
  open(): Promise<void> {
    return this.replica.open();
  }

  /** What the store says now. An older row, which a late answer may bring, changes nothing. */
  applyRecord(record: PartitionRecord): void {
    if (record.partitionEpoch < this.record.partitionEpoch) return;
    const before = this.record;
    this.record = record;
    if (record.leaderEpoch !== before.leaderEpoch || record.leader !== before.leader)
      this.#termEnded(before.leader);
    if (this.isOpen) this.#beginTerm();
    this.#advance();
  }

  #termEnded(leaderBefore: number): void {
    this.#leadership = null;
    this.#epochIsOver = false;
    this.hold.end();
    // Of a leader that goes on the log stays as it is: what waits is committed in the next term.
    if (!this.isLeader || leaderBefore !== this.record.leader)
      this.#uncommitted.settleAll('NOT_LEADER_OR_FOLLOWER');
    this.#wakeAll();
  }

  /** Readers that wait are to look again: there is another leader, or nothing to wait for. */
  #wakeAll(): void {
    for (const watcher of this.watchers) watcher.committed(Number.MAX_SAFE_INTEGER);
    for (const appended of this.logWatchers) appended();
  }

  #beginTerm(): void {
    const { log } = this;
    const { brokerId, deps, isUnregistered } = this.#environment;
    if (!this.isLeader || isUnregistered || this.#epochIsOver || log === null || this.#isOfTerm) return;
    const { leaderEpoch } = this.record;
    if (isSetBack(deps.log, this.dir, leaderEpoch, log.epochs.latest)) return;
    log.epochs.assign(leaderEpoch, log.endOffset);
    this.#leadership = new Leadership(brokerId, leaderEpoch, log.endOffset, deps.clock.monotonicMs());
    for (const appended of this.logWatchers) appended();
  }

  #opened(): void {
    const { log } = this;
    if (log === null) return;
    const known = knownCommitted(this.#environment, this.record, this.dir, log);
    this.highWatermark = Math.min(Math.max(this.highWatermark, known), log.endOffset);
    this.producers.transactions.committed(this.highWatermark);
    if (!this.isLeader) this.#uncommitted.commit(Number.POSITIVE_INFINITY, 'NOT_LEADER_OR_FOLLOWER');
    this.#beginTerm();
    this.#advance();
    for (const opened of this.logWatchers) opened();
  }

  #durable(): void {
    this.#uncommitted.durable(this.durableEnd);
    this.#advance();
    for (const durable of this.logWatchers) durable();
  }

  /** The high watermark follows what all that may be in sync have (KIP-966: while these are enough). */
  #advance(): void {
    const { record } = this;
    if (this.#leadership === null || !this.hasBegun) return;
    const term = this.#leadership;
    const end = term.durableEverywhere(record, this.durableEnd);
    const isNew = !term.isConfirmed && end >= term.startOffset;
    if (isNew) term.isConfirmed = true;
    if (record.isr.length >= committingReplicasOf(this.settings, record)) this.#commit(end);
    // Also of those whose records were committed in the term before: there was nothing that they could be told.
    if (isNew && this.isReplicated) this.#wakeAll();
  }

  #commit(endOffset: number): void {
    if (endOffset <= this.highWatermark) return;
    this.highWatermark = endOffset;
    const isEnough = this.record.isr.length >= minInsyncReplicasOf(this.settings, this.record);
    this.#tellReaders(
      this.#uncommitted.commit(endOffset, isEnough ? 'NONE' : 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'),
    );
  }

  /** The disk refused: nothing in flight is acknowledged, and the log is read again from what is on disk. */
  #failed(): void {
    if (this.isReplicated) this.#epochIsOver = true;
    this.#leadership = null;
    this.#uncommitted.settleAll('KAFKA_STORAGE_ERROR');
    if (this.isReplicated) this.#wakeAll();
  }

  /**
   * Appends one record batch, whose bytes lie in `frame` and are changed in place: base offset, leader
   * epoch, and with LogAppendTime timestamp and CRC. The order of calls is the order in the log; what is
   * returned says when it is there for good, here or, if that is required, on all that are in sync. The partition
   * must be open.
   */
  append(records: Buffer, frame: Frame, requiresAllReplicas: boolean): Appended {
    const { log } = this;
    const refusal = appendRefusal(this, requiresAllReplicas);
    if (log === null || refusal !== null) return refusal ?? refused('KAFKA_STORAGE_ERROR', null);
    const now = this.#environment.deps.clock.now();
    const at = { now, baseOffset: log.endOffset, leaderEpoch: this.record.leaderEpoch };
    const findings = this.inquiry.findingsOf(records);
    const verdict = acceptBatch(records, this.settings.rules, this.producers, at, findings);
    if (verdict.kind === 'reject') {
      if (verdict.error === 'POLICY_VIOLATION') this.#owner.reachedLimits.reached('producersMax');
      return refused(verdict.error, verdict.message, verdict.recordIndex);
    }
    const isRepeat = verdict.kind === 'duplicate';
    const { baseOffset, lastOffset } = isRepeat ? verdict : verdict.place;
    if (!isRepeat) {
      log.append(verdict.place, records, frame);
      for (const appended of this.logWatchers) appended();
    }
    const committed = this.whenSafe(lastOffset + 1, isRepeat ? 0 : records.length, requiresAllReplicas);
    return { ok: true, baseOffset, logAppendTimeMs: verdict.logAppendTimeMs, isRepeat, committed };
  }

  /** Settles when all before `endOffset` is as safe as is asked for. */
  whenSafe(endOffset: number, bytes: number, requiresAll: boolean): Promise<Committed> {
    const safeEnd = requiresAll ? this.highWatermark : this.durableEnd;
    if (endOffset <= safeEnd) return Promise.resolve('NONE');
    return this.#uncommitted.add(endOffset, bytes, requiresAll);
  }

  /** Whether another may lead by now: see cut-off. */
  get isCutOff(): boolean {
    return isCutOff(this.#environment, this.record);
  }

  /** The term in which this broker leads, if it does. */
  get term(): Leadership | null {
    return this.#leadership;
  }

  /** A follower has taken so many bytes up to there, which nobody may read yet. */
  arrived(endOffset: number, bytes: number): void {
    this.#uncommitted.arrived(endOffset, bytes);
  }

  /** A follower was told by the leader of this term, with whose history its own was compared, what is committed. */
  learnCommitted(endOffset: number): void {
    this.comparedEpoch = this.record.leaderEpoch;
    if (endOffset <= this.highWatermark) return;
    this.highWatermark = endOffset;
    this.#tellReaders(this.#uncommitted.commit(endOffset, 'NONE'));
  }

  /** More can be read, by so many bytes; behind the end of a transaction all that waited for it. */
  #tellReaders(bytes: number): void {
    const isDecided = this.producers.transactions.committed(this.highWatermark);
    for (const watcher of this.watchers) watcher.committed(isDecided ? Number.MAX_SAFE_INTEGER : bytes);
  }

  /** Before it everything is committed, and of all transactions it is decided whether they are (KIP-98). */
  get lastStableOffset(): number {
    const first = this.producers.transactions.firstUndecided ?? this.highWatermark;
    // Of what has been removed nobody waits for the end.
    return Math.min(Math.max(first, this.startOffset), this.highWatermark);
  }

  /** A follower's fetch. What it has may be committed by it. */
  followerFetched(follower: BrokerLifeId, position: FetchPosition): void {
    const { log } = this;
    if (log === null || this.#leadership === null) return;
    const nowMs = this.#environment.deps.clock.monotonicMs();
    this.#leadership.fetched(follower, position, { endOffset: log.endOffset, nowMs });
    this.#advance();
    if (!this.record.isr.includes(follower.brokerId)) this.#environment.changes?.lookForGrowth(this);
  }

  /** A follower says that it holds what was committed, and this log does not. Whoever has it is to lead. */
  lacksWhat(follower: BrokerLifeId, { committedEnd }: Pick<FetchPosition, 'committedEnd'>): void {
    if (!this.#isOfTerm || this.#leadership?.isBehind(follower) !== true) return;
    const { brokerId } = follower;
    this.#environment.deps.log.error('partition.committed.lacking', {
      dir: this.dir,
      brokerId,
      committedEnd,
    });
    this.#wakeAll();
    this.#environment.changes?.look(this);
  }

  /** Whether all that is in the log is on all that are in sync, so that any of them may lead without loss. */
  get isSettled(): boolean {
    return !this.hasBegun || this.log === null || this.highWatermark >= this.log.endOffset;
  }

  /** What the store is to be asked for now; null: nothing. */
  wantedChange(mayJoin: (life: BrokerLifeId) => boolean): WantedChange | null {
    if (!this.isLeader || !this.isReplicated) return null;
    if (this.#epochIsOver)
      return this.record.isr.length > 1 ? { kind: 'resign', isLost: false } : { kind: 'next-epoch' };
    return wantedChange(this.#environment, this, mayJoin);
  }

  /** The store's answer to it. */
  changeAnswered(outcome: PartitionOutcome): void {
    if (outcome.ok) this.applyRecord(outcome.value);
    else {
      this.#leadership?.refused();
      if (this.hold.successor !== null) this.hold.end();
    }
  }

  /** The store did not answer. */
  changeUnknown(): void {
    this.#leadership?.answerLost();
  }

  /** Where this log's records of the epoch end; null where it knows only earlier ones. KIP-320. */
  epochEnd(epoch: number): EpochEnd | null {
    return this.log?.epochs.endOf(epoch, this.log.endOffset) ?? null;
  }

  applySettings(settings: PartitionSettings): void {
    this.settings = settings;
    if (this.log !== null) this.log.options = settings.log;
    this.#advance();
  }

  /** Drops what retention no longer covers, and producers that have long been idle. */
  async tidy(): Promise<number> {
    const { log } = this;
    if (this.replica.isClosed || log === null || !this.isOpen) return 0;
    this.producers.expire();
    return this.isLeader ? log.applyRetention(this.highWatermark) : 0;
  }

  /** Lets go of the files, with everything accepted so far on disk. */
  async close(): Promise<void> {
    await this.replica.close();
  }
}
