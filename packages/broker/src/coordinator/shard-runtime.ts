import type { ErrorName } from '@weir/kafka-protocol/errors';
import { decodeRecords, encodeBatch } from '@weir/kafka-protocol/records';
import type { Deps, Timer } from '../deps.ts';
import { scanLog } from '../log/scan-log.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import type { Partition } from '../partition/partition.ts';
import type { CoordinatorRecord, Outcome } from './outcome.ts';

/** A state machine that the runtime drives: it decides, the runtime writes, waits and replies. */
export interface StateMachine {
  /** The one place where durable state changes: after each decision, and again for every record on a start. */
  replay(record: CoordinatorRecord, offset: number): void;
  /** Everything was replayed. `now`: milliseconds. */
  loaded(now: number): void;
  /** When `expire` has something to do, milliseconds; null: never. */
  nextDeadline(): number | null;
  expire(now: number): Outcome;
}

export type Answer<Response> =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly error: ErrorName };

type Settle = (answer: Answer<unknown>) => void;

/**
 * One internal partition and the state machine that its log adds up to. A decision is applied at once,
 * so that the next one builds on it; replies leave only when its records are committed. If they cannot
 * be, everything decided since is in doubt: the machine is dropped and built again from the log.
 */
export class ShardRuntime<Machine extends StateMachine> {
  readonly #deps: Deps;
  readonly #pool: FramePool;
  readonly #partition: Partition;
  readonly #create: () => Machine;
  #machine: Promise<Machine> | null = null;
  /** The machine once it was loaded. */
  machine: Machine | null = null;
  /** Settles when everything written so far is committed or given up. */
  #written: Promise<unknown> = Promise.resolve();
  #writesPending = 0;
  readonly #waiting = new Map<number, Settle>();
  #nextToken = 1;
  #timer: Timer | null = null;
  #timerAt: number | null = null;
  #stopped = false;

  constructor(deps: Deps, pool: FramePool, partition: Partition, create: () => Machine) {
    this.#deps = deps;
    this.#pool = pool;
    this.#partition = partition;
    this.#create = create;
  }

  /** Puts one event to the machine; resolves when the machine has replied and the reply may be believed. */
  async run<Response>(
    event: (machine: Machine, now: number, token: number) => Outcome,
  ): Promise<Answer<Response>> {
    if (this.#stopped || !this.#partition.isLeader) return { ok: false, error: 'NOT_COORDINATOR' };
    let machine: Machine;
    try {
      machine = await this.#load();
    } catch (cause) {
      this.#deps.log.error('coordinator.load.failed', { dir: this.#partition.dir }, cause);
      return { ok: false, error: 'COORDINATOR_NOT_AVAILABLE' };
    }
    return new Promise((resolve) => {
      const token = this.#nextToken;
      this.#nextToken += 1;
      // The machine answers each API with that API's response; the caller knows which one it asked.
      this.#waiting.set(token, resolve as Settle);
      this.#decide(machine, () => event(machine, this.#deps.clock.now(), token));
    });
  }

  /** Puts an event that nobody waits for. */
  tell(event: (machine: Machine, now: number) => Outcome): void {
    if (this.#stopped || !this.#partition.isLeader) return;
    this.#load().then(
      (machine) => this.#decide(machine, () => event(machine, this.#deps.clock.now())),
      (cause: unknown) =>
        this.#deps.log.error('coordinator.load.failed', { dir: this.#partition.dir }, cause),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#drop('NOT_COORDINATOR');
  }

  #load(): Promise<Machine> {
    this.#machine ??= this.#replayLog().catch((cause: unknown) => {
      this.#machine = null;
      throw cause;
    });
    return this.#machine;
  }

  async #replayLog(): Promise<Machine> {
    const began = this.#deps.clock.monotonicMs();
    const machine = this.#create();
    await this.#partition.open();
    const { log, highWatermark } = this.#partition;
    if (log === null) throw new Error(`${this.#partition.dir} is not open`);
    await scanLog(log, this.#deps.log, highWatermark, (bytes, at) => {
      for (const { key, value, offset } of decodeRecords(bytes, at)) {
        // Copies: the scan's bytes are only there during the call.
        if (key !== null)
          machine.replay({ key: Buffer.from(key), value: value && Buffer.from(value) }, offset);
      }
    });
    machine.loaded(this.#deps.clock.now());
    this.machine = machine;
    this.#deps.log.info('coordinator.loaded', {
      dir: this.#partition.dir,
      tookMs: Math.round(this.#deps.clock.monotonicMs() - began),
    });
    this.#arm(machine);
    return machine;
  }

  #decide(machine: Machine, decision: () => Outcome): void {
    let outcome: Outcome;
    try {
      outcome = decision();
    } catch (cause) {
      // A broken invariant: what the machine holds cannot be believed any more.
      this.#deps.log.error('coordinator.failed', { dir: this.#partition.dir }, cause);
      this.#drop('UNKNOWN_SERVER_ERROR');
      return;
    }
    if (outcome.records.length > 0) this.#write(machine, outcome);
    else if (this.#writesPending === 0) this.#reply(outcome);
    // The answer may tell of what an earlier decision recorded, so it waits for that to be committed.
    else void this.#written.then(() => this.#reply(outcome));
    this.#arm(machine);
  }

  #write(machine: Machine, outcome: Outcome): void {
    const timestamp = this.#deps.clock.now();
    const batch = encodeBatch({ records: outcome.records.map((record) => ({ ...record, timestamp })) });
    const frame = this.#pool.take(batch.length);
    batch.copy(frame.buffer);
    const appended = this.#partition.append(frame.buffer.subarray(0, batch.length), frame, false);
    frame.release();
    if (!appended.ok) {
      this.#deps.log.error('coordinator.append.refused', { dir: this.#partition.dir, error: appended.error });
      this.#drop('COORDINATOR_NOT_AVAILABLE');
      return;
    }
    outcome.records.forEach((record, index) => {
      machine.replay(record, appended.baseOffset + index);
    });
    this.#writesPending += 1;
    this.#written = appended.committed.then((error) => {
      this.#writesPending -= 1;
      if (error === 'NONE') this.#reply(outcome);
      else this.#drop('COORDINATOR_NOT_AVAILABLE');
    });
  }

  #reply(outcome: Outcome): void {
    for (const { token, response } of outcome.replies) {
      const settle = this.#waiting.get(token);
      this.#waiting.delete(token);
      settle?.({ ok: true, response });
    }
  }

  /** Everyone who waits is told to come again; the next event loads the machine from the log. */
  #drop(error: ErrorName): void {
    this.#machine = null;
    this.machine = null;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = null;
    for (const settle of this.#waiting.values()) settle({ ok: false, error });
    this.#waiting.clear();
  }

  #arm(machine: Machine): void {
    const deadline = machine.nextDeadline();
    if (deadline === this.#timerAt || this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = deadline;
    if (deadline === null) return;
    const wait = Math.max(deadline - this.#deps.clock.now(), 0);
    this.#timer = this.#deps.clock.after(wait, () => {
      this.#timerAt = null;
      this.#decide(machine, () => machine.expire(this.#deps.clock.now()));
    });
  }
}
