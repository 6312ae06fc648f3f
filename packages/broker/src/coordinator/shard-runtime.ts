import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Deps, Timer } from '../deps.ts';
import {
  coordinatorBatchBytesMax,
  coordinatorLoadPatienceMs,
  coordinatorLoadRetryMs,
  coordinatorSnapshotDistanceBytes,
  coordinatorWriteMsMax,
} from '../limits.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import type { Appended } from '../partition/appended.ts';
import type { Partition } from '../partition/partition.ts';
import { cutIntoBatches, encodeRecordBatch } from './batches.ts';
import { loadShard } from './load-shard.ts';
import type { Moment } from './moment.ts';
import type { CoordinatorRecord, Outcome } from './outcome.ts';
import { type SnapshotSource, writeSnapshot } from './snapshot-writer.ts';

/** A state machine that the runtime drives: it decides, the runtime writes, waits and replies. */
export interface StateMachine extends SnapshotSource {
  /** The one place where durable state changes: after each decision, and again for every record on a start. */
  replay(record: CoordinatorRecord, offset: number): void;
  /** Everything was replayed. */
  loaded(now: Moment): void;
  /** When `expire` has something to do, by the monotonic clock; null: never. */
  nextDeadline(): number | null;
  expire(now: Moment): Outcome;
  /** It is not used any more: nothing is kept on anybody's behalf. */
  dispose(): void;
}

export type Answer<Response> =
  | {
      readonly ok: true;
      readonly response: Response;
      /** Of the log, for the records that the event led to at once. */
      readonly bytesWritten: number;
    }
  | { readonly ok: false; readonly error: ErrorName };

type Reply =
  | { readonly ok: true; readonly response: unknown }
  | { readonly ok: false; readonly error: ErrorName };
type Settle = (reply: Reply) => void;

/**
 * One internal partition and the state machine that its log adds up to. A decision is applied at once,
 * so that the next one builds on it; replies leave only when its records are committed. If they cannot
 * be, everything decided since is in doubt: the machine is dropped and built again from the log.
 */
export class ShardRuntime<Machine extends StateMachine> {
  readonly #deps: Deps;
  readonly #pool: FramePool;
  readonly partition: Partition;
  readonly #create: () => Machine;
  readonly #snapshotDistanceBytes: number;
  #loading: { readonly machine: Promise<Machine>; readonly beganMs: number } | null = null;
  #loadFailedMs = Number.NEGATIVE_INFINITY;
  /** The machine once it was loaded. */
  machine: Machine | null = null;
  /** Bytes of the last snapshot, and of what was written since. */
  #snapshotBytes = 0;
  #bytesSince = 0;
  #snapshotting: Promise<void> | null = null;
  /** Settles when everything written so far is committed or given up. */
  #written: Promise<unknown> = Promise.resolve();
  #writesPending = 0;
  /** When a write was committed last, or the first of those that wait began, by the monotonic clock. */
  #progressMs = 0;
  #stall: Timer | null = null;
  #reload: Timer | null = null;
  readonly #waiting = new Map<number, Settle>();
  #nextToken = 1;
  #timer: Timer | null = null;
  #timerAt: number | null = null;
  #stopped = false;
  /** Of the partition's leader as this was last told. */
  #leaderEpoch: number;

  constructor(
    deps: Deps,
    pool: FramePool,
    partition: Partition,
    create: () => Machine,
    snapshotDistanceBytes = coordinatorSnapshotDistanceBytes,
  ) {
    this.#deps = deps;
    this.#pool = pool;
    this.partition = partition;
    this.#leaderEpoch = partition.record.leaderEpoch;
    this.#create = create;
    this.#snapshotDistanceBytes = snapshotDistanceBytes;
  }

  get #now(): Moment {
    const { clock } = this.#deps;
    return { wallMs: clock.now(), monotonicMs: clock.monotonicMs() };
  }

  /** Who is cut off would tell of groups what another coordinator may have changed. */
  get #coordinates(): boolean {
    return !this.#stopped && this.partition.isLeader && !this.partition.isCutOff;
  }

  /** Puts one event to the machine; resolves when the machine has replied and the reply may be believed. */
  async run<Response>(
    event: (machine: Machine, now: Moment, token: number) => Outcome,
  ): Promise<Answer<Response>> {
    if (!this.#coordinates) return { ok: false, error: 'NOT_COORDINATOR' };
    const machine = this.machine ?? (await this.#whenLoaded());
    if (typeof machine === 'string') return { ok: false, error: machine };
    // Dropped between its load and this turn.
    if (machine !== this.machine) return { ok: false, error: 'COORDINATOR_NOT_AVAILABLE' };
    return new Promise((resolve) => {
      const token = this.#nextToken;
      this.#nextToken += 1;
      let bytesWritten = 0;
      this.#waiting.set(token, (reply) =>
        // The machine answers each API with that API's response; the caller knows which one it asked.
        resolve(reply.ok ? { ok: true, response: reply.response as Response, bytesWritten } : reply),
      );
      // An event that writes is answered later, when this is known.
      bytesWritten = this.#decide(machine, () => event(machine, this.#now, token));
    });
  }

  /** Puts an event that nobody waits for. */
  tell(event: (machine: Machine, now: Moment) => Outcome): void {
    if (this.#stopped || !this.partition.isLeader) return;
    this.#load().machine.then(
      (machine) => this.#decide(machine, () => event(machine, this.#now)),
      () => this.#deps.log.warn('coordinator.event.lost', { dir: this.partition.dir }),
    );
  }

  /** Loads the machine if that has not been done. False when the log cannot be read. */
  async start(): Promise<boolean> {
    if (this.#stopped || !this.partition.isLeader) return false;
    return this.#load().machine.then(
      () => true,
      () => false,
    );
  }

  /** Another broker leads the partition, or this one in a new term: what the machine knows may be undone, or go on elsewhere. */
  termChanged(): void {
    const { leaderEpoch } = this.partition.record;
    if (this.partition.isLeader && leaderEpoch === this.#leaderEpoch) return;
    this.#leaderEpoch = leaderEpoch;
    this.#drop('NOT_COORDINATOR');
  }

  stop(): void {
    this.#stopped = true;
    this.#stall?.cancel();
    this.#drop('NOT_COORDINATOR');
    this.#reload?.cancel();
  }

  /** The machine, or after a moment's patience what to tell a client that asks for it. */
  async #whenLoaded(): Promise<Machine | ErrorName> {
    const { clock } = this.#deps;
    if (clock.monotonicMs() - this.#loadFailedMs < coordinatorLoadRetryMs) return 'COORDINATOR_NOT_AVAILABLE';
    const { machine, beganMs } = this.#load();
    const patienceMs = beganMs + coordinatorLoadPatienceMs - clock.monotonicMs();
    if (patienceMs <= 0) return 'COORDINATOR_LOAD_IN_PROGRESS';
    return new Promise((resolve) => {
      const timer = clock.after(patienceMs, () => resolve('COORDINATOR_LOAD_IN_PROGRESS'));
      machine.then(resolve, () => resolve('COORDINATOR_NOT_AVAILABLE')).finally(() => timer.cancel());
    });
  }

  #load(): { readonly machine: Promise<Machine>; readonly beganMs: number } {
    this.#loading ??= { machine: this.#loadMachine(), beganMs: this.#deps.clock.monotonicMs() };
    return this.#loading;
  }

  async #loadMachine(): Promise<Machine> {
    const { clock, log } = this.#deps;
    const { dir } = this.partition;
    const began = clock.monotonicMs();
    const term = this.#leaderEpoch;
    // What a dropped machine still has under way is in the log or given up before it is read.
    await this.#written;
    await this.#snapshotting;
    try {
      const loaded = await loadShard(this.#deps, this.partition, this.#create);
      if (this.#stopped || term !== this.#leaderEpoch) {
        loaded.state.dispose();
        throw new Error('the shard was given up while it was loaded');
      }
      this.machine = loaded.state;
      this.#snapshotBytes = loaded.snapshotBytes;
      this.#bytesSince = loaded.bytesSince;
    } catch (cause) {
      const isGivenUp = this.#stopped || term !== this.#leaderEpoch;
      if (!isGivenUp) {
        this.#loading = null;
        this.#loadFailedMs = clock.monotonicMs();
        this.#loadLater();
      }
      if (!isGivenUp) log.error('coordinator.load.failed', { dir }, cause);
      throw cause;
    }
    const { machine } = this;
    machine.loaded(this.#now);
    log.info('coordinator.loaded', {
      dir,
      bytes: this.#snapshotBytes + this.#bytesSince,
      tookMs: Math.round(clock.monotonicMs() - began),
    });
    this.#arm(machine);
    this.#snapshotIfDue(machine);
    return machine;
  }

  /** Nobody need ask again: what is due, as the end of a transaction whose producer is gone, is done all the same. */
  #loadLater(): void {
    if (this.#stopped || this.#reload !== null) return;
    this.#reload = this.#deps.clock.after(coordinatorLoadRetryMs, () => {
      this.#reload = null;
      void this.start();
    });
  }

  /** Writes the state anew once the log has grown by enough since the last time. */
  #snapshotIfDue(machine: Machine): void {
    const isDue = this.#bytesSince >= Math.max(this.#snapshotDistanceBytes, this.#snapshotBytes);
    if (!isDue || this.#snapshotting !== null || machine !== this.machine) return;
    this.#bytesSince = 0;
    this.#snapshotting = this.#snapshot(machine)
      .catch((cause: unknown) => {
        this.#deps.log.error('coordinator.snapshot.failed', { dir: this.partition.dir }, cause);
      })
      .finally(() => {
        this.#snapshotting = null;
      });
  }

  async #snapshot(machine: Machine): Promise<void> {
    const target = {
      partition: this.partition,
      append: (batch: Buffer) => this.#append(batch),
      isCurrent: () => machine === this.machine,
    };
    const bytes = await writeSnapshot(this.#deps, target, machine);
    if (bytes === null) return;
    this.#snapshotBytes = bytes;
    this.#deps.log.info('coordinator.snapshot', { dir: this.partition.dir, bytes });
  }

  /** Returns how many bytes were written for the decision. */
  #decide(machine: Machine, decision: () => Outcome): number {
    // A machine that was dropped knows nothing of what was decided since.
    if (machine !== this.machine) return 0;
    let outcome: Outcome;
    try {
      outcome = decision();
    } catch (cause) {
      // A broken invariant: what the machine holds cannot be believed any more.
      this.#deps.log.error('coordinator.failed', { dir: this.partition.dir }, cause);
      this.#drop('UNKNOWN_SERVER_ERROR');
      return 0;
    }
    let bytesWritten = 0;
    if (outcome.records.length > 0) bytesWritten = this.#write(machine, outcome);
    else if (this.#writesPending === 0) this.#reply(outcome);
    // The answer may tell of what an earlier decision recorded, so it waits for that to be committed.
    else this.#replyWhenWritten(machine, outcome);
    this.#arm(machine);
    return bytesWritten;
  }

  /**
   * Appends the outcome's records, as many batches one behind the other as they need: a log that ends
   * within them holds the beginning of what was decided, of which nobody was told. Returns their bytes.
   */
  #write(machine: Machine, outcome: Outcome): number {
    let bytes = 0;
    for (const records of cutIntoBatches(outcome.records, coordinatorBatchBytesMax)) {
      const batch = encodeRecordBatch(records, this.#deps.clock.now());
      const appended = this.#append(batch);
      if (!appended.ok) {
        const { dir } = this.partition;
        this.#deps.log.error('coordinator.append.refused', { dir, error: appended.error });
        this.#drop('COORDINATOR_NOT_AVAILABLE');
        return bytes;
      }
      for (const [index, record] of records.entries()) machine.replay(record, appended.baseOffset + index);
      bytes += batch.length;
      this.#begins();
      this.#written = appended.committed.then((error) => {
        this.#writesPending -= 1;
        this.#progressMs = this.#deps.clock.monotonicMs();
        // What a dropped machine had under way is of no concern to the next one, which read the log after it.
        if (error !== 'NONE' && machine === this.machine) this.#drop('COORDINATOR_NOT_AVAILABLE');
      });
    }
    // Batches are committed in their order, so the last one tells of all.
    this.#replyWhenWritten(machine, outcome);
    this.#bytesSince += bytes;
    this.#snapshotIfDue(machine);
    return bytes;
  }

  #begins(): void {
    const { clock } = this.#deps;
    if (this.#writesPending === 0) this.#progressMs = clock.monotonicMs();
    this.#writesPending += 1;
    this.#stall ??= clock.after(coordinatorWriteMsMax, () => this.#lookForStall());
  }

  /** Replicas that count as in sync may be out of reach: nobody is to wait until they do not. */
  #lookForStall(): void {
    this.#stall = null;
    if (this.#writesPending === 0 || this.#stopped) return;
    const { clock, log } = this.#deps;
    const leftMs = this.#progressMs + coordinatorWriteMsMax - clock.monotonicMs();
    if (leftMs > 0) {
      this.#stall = clock.after(leftMs, () => this.#lookForStall());
      return;
    }
    log.warn('coordinator.write.stalled', { dir: this.partition.dir, writes: this.#writesPending });
    this.#drop('COORDINATOR_NOT_AVAILABLE');
  }

  #replyWhenWritten(machine: Machine, outcome: Outcome): void {
    void this.#written.then(() => {
      if (machine === this.machine) this.#reply(outcome);
    });
  }

  #append(batch: Buffer): Appended {
    const frame = this.#pool.take(batch.length);
    batch.copy(frame.buffer);
    // Whoever coordinates next must know of it: an answer tells of what all that are in sync have.
    const appended = this.partition.append(frame.buffer.subarray(0, batch.length), frame, true);
    frame.release();
    return appended;
  }

  #reply(outcome: Outcome): void {
    for (const { token, response } of outcome.replies) {
      const settle = this.#waiting.get(token);
      this.#waiting.delete(token);
      settle?.({ ok: true, response });
    }
    for (const begin of outcome.effects ?? []) begin();
  }

  /** Everyone who waits is told to come again; the next event, or a moment, loads the machine from the log. */
  #drop(error: ErrorName): void {
    this.machine?.dispose();
    this.#loading = null;
    this.machine = null;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = null;
    for (const settle of this.#waiting.values()) settle({ ok: false, error });
    this.#waiting.clear();
    this.#loadLater();
  }

  #arm(machine: Machine): void {
    if (machine !== this.machine) return;
    const deadline = machine.nextDeadline();
    if (deadline === this.#timerAt || this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = deadline;
    if (deadline === null) return;
    const wait = Math.max(deadline - this.#deps.clock.monotonicMs(), 0);
    this.#timer = this.#deps.clock.after(wait, () => {
      this.#timerAt = null;
      this.#decide(machine, () => machine.expire(this.#now));
    });
  }
}
