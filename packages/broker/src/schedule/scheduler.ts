import type { Clock, Log } from '../deps.ts';
import {
  aloneMs,
  lightDebtMsMax,
  lightShareMax,
  longTurnMs,
  resumedPerTurnMax,
  roundAloneMsMax,
  roundMsMax,
  stretchMsMax,
  turnCostMsMin,
  turnMs,
  usageHalfLifeMs,
} from '../limits.ts';
import { Queue } from '../memory/queue.ts';
import { type Flow, lightnessLevels, type Runnable } from './flow.ts';

type SchedulerClock = Pick<Clock, 'monotonicMs' | 'workedMs' | 'soon' | 'settled'>;

/**
 * Shares the event loop out by tenant, by the time that their requests take: a turn, and all that follows from
 * it in promises, answers that are encoded and written say. Those that have used little of late come first,
 * whoever used least before the others, so that a thousand busy tenants do not add up to a wait for a quiet
 * one; those that keep the broker busy share the rest by deficit round robin. While nobody else waits a turn
 * begins at once; after `roundMsMax` of work sockets, disk and timers come first.
 */
export class Scheduler {
  readonly #clock: SchedulerClock;
  /** Tenants that used little, by how little; in each the longest waiting first. */
  readonly #light = Array.from({ length: lightnessLevels }, () => new Queue<Flow>());
  readonly #busy = new Queue<Flow>();
  #lightCount = 0;
  /** What the light ones used of the time that they have before the busy ones must have theirs. */
  #lightDebtMs = 0;
  /** A turn is under way, or what follows from it. */
  #isServing = false;
  #isScheduled = false;
  /** When work began after sockets, disk and timers last had their time; null: there was none since. */
  #beganMs: number | null = null;
  /** What turns used since then, and what the thread had worked then. */
  #usedMs = 0;
  #workedAtMs = 0;
  /** Since then: what was read and went on without a turn, as long as it is little. */
  #readMs = 0;
  #resumed = 0;
  /** Whose turn was the last one, and since when nobody else had any. */
  #lastFlow: Flow | null = null;
  #aloneSinceMs = 0;
  readonly #log: Pick<Log, 'error'>;
  /** How often a turn kept the event loop longer than any may. */
  longTurns = 0;

  constructor(clock: SchedulerClock, log: Pick<Log, 'error'>) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether anybody waits for a turn. */
  get hasBacklog(): boolean {
    return this.#lightCount > 0 || this.#busy.length > 0;
  }

  /** Gives the runnable a turn as soon as it is its flow's; urgent ones go before the others of their flow. */
  ready(flow: Flow, runnable: Runnable, isUrgent = false): void {
    const isAlone = !this.hasBacklog;
    flow.add(runnable, isUrgent);
    this.#admit(flow, isAlone);
    if (this.#isServing) return;
    const nowMs = this.#clock.monotonicMs();
    if (isAlone && this.#hasTime(nowMs)) this.#serveNext(nowMs);
    else this.#schedule();
  }

  /** Resolves when it is the flow's turn: for work that is longer than a turn and stops in between. */
  nextTurn(flow: Flow): Promise<void> {
    return new Promise((resolve) => {
      const resume: Runnable = {
        turn() {
          resolve();
          return 'done';
        },
      };
      flow.add(resume, false);
      this.#admit(flow, false);
      if (!this.#isServing) this.#schedule();
    });
  }

  /**
   * For work that waited elsewhere and may go on, beside many that waited with it: null, at once, where it is one
   * of a few, its flow uses little, or this is part of a turn; otherwise what is to be awaited, a turn in which
   * a few go on.
   */
  resumption(flow: Flow): Promise<void> | null {
    if (flow.isServed) return null;
    this.#resumed += 1;
    this.#schedule();
    if (this.#resumed <= resumedPerTurnMax || flow.isLight(this.#clock.monotonicMs())) return null;
    return new Promise((resolve) => {
      flow.addResumption(resolve);
      this.#admit(flow, false);
      if (!this.#isServing) this.#schedule();
    });
  }

  /** Whether what was read without a turn since sockets last had their time, this with it, is little. */
  mayRead(ms: number): boolean {
    this.#readMs += ms;
    this.#schedule();
    return this.#readMs < roundMsMax;
  }

  /** Charges work of the flow that was not done in a turn: what follows a wait for the disk, say. */
  charge(flow: Flow, ms: number): void {
    if (!flow.isServed) flow.charge(ms, this.#clock.monotonicMs());
  }

  /**
   * What lasted long, a turn or part of one, may have been worked on, or may have waited for a processor that
   * others had: who was interrupted must not pay for it. To ask the system for each turn would cost more than
   * most turns do.
   */
  usedOf(lastedMs: number): number {
    if (lastedMs < longTurnMs) return lastedMs;
    const workedMs = this.#clock.workedMs() - this.#workedAtMs - this.#usedMs;
    return Math.min(lastedMs, Math.max(workedMs, turnMs));
  }

  /** Whoever is alone comes first whatever it used: there is nobody to go before. */
  #admit(flow: Flow, isAlone: boolean): void {
    if (flow.place !== 'idle') return;
    const nowMs = this.#clock.monotonicMs();
    const lightness = isAlone ? 0 : flow.lightness(nowMs);
    if (lightness === null) {
      flow.place = 'busy';
      this.#busy.push(flow);
      return;
    }
    flow.place = 'light';
    flow.creditMs = turnMs;
    // What it used counts half for each half-life that it waits: by then it comes as who used half as much does now.
    flow.dueMs = nowMs + usageHalfLifeMs * lightness;
    this.#lightCount += 1;
    this.#light[lightness]?.push(flow);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => {
      this.#isScheduled = false;
      this.#beganMs = null;
      this.#usedMs = 0;
      this.#readMs = 0;
      this.#resumed = 0;
      this.#workedAtMs = this.#clock.workedMs();
      if (!this.#isServing) this.#goOn(this.#clock.monotonicMs());
    });
  }

  #goOn(nowMs: number): void {
    if (this.hasBacklog && this.#hasTime(nowMs)) this.#serveNext(nowMs);
    else if (this.hasBacklog || this.#usedMs > 0) this.#schedule();
  }

  /** Nobody else is kept waiting where there was nobody else for long: fewer and longer rounds cost less. */
  #hasTime(nowMs: number): boolean {
    this.#beganMs ??= nowMs;
    const msMax = nowMs - this.#aloneSinceMs > aloneMs ? roundAloneMsMax : roundMsMax;
    return Math.max(nowMs - this.#beganMs, this.#usedMs) < msMax;
  }

  #serveNext(beganMs: number): void {
    const isLight = this.#lightCount > 0 && (this.#busy.length === 0 || this.#lightDebtMs < lightDebtMsMax);
    const flow = isLight ? this.#nextLight() : this.#nextBusy();
    if (flow !== this.#lastFlow) {
      this.#lastFlow = flow;
      this.#aloneSinceMs = beganMs;
    }
    this.#isServing = true;
    flow.isServed = true;
    const runnable = flow.take();
    try {
      if (runnable?.turn() === 'more') flow.add(runnable, false);
    } finally {
      // Also where a turn fails, which none may: nobody else would ever have one again.
      this.#clock.settled(() => {
        this.#isServing = false;
        flow.isServed = false;
        const endedMs = this.#clock.monotonicMs();
        const usedMs = Math.max(this.usedOf(endedMs - beganMs), turnCostMsMin);
        flow.charge(usedMs, endedMs);
        this.#usedMs += usedMs + (runnable?.followsMs ?? 0);
        if (usedMs >= stretchMsMax) this.#tooLong(flow, usedMs);
        if (isLight) this.#servedLight(flow, usedMs);
        else this.#servedBusy(flow, usedMs);
        this.#goOn(endedMs);
      });
    }
  }

  /** Nobody else had a turn meanwhile: that it lasted so long is a fault of ours. */
  #tooLong({ owner }: Flow, ms: number): void {
    this.longTurns += 1;
    this.#log.error('turn.kept-the-loop', { owner, ms: Math.round(ms) });
  }

  /** Whose turn is due first: so nobody waits for good, however many there are who used less. */
  #nextLight(): Flow {
    let due: Queue<Flow> | null = null;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#light) {
      const first = queue.first();
      if (first === undefined || first.dueMs >= dueMs) continue;
      due = queue;
      ({ dueMs } = first);
    }
    const flow = due?.shift();
    if (flow === undefined) throw new Error('the light flows are not as many as they are counted');
    this.#lightCount -= 1;
    return flow;
  }

  #servedLight(flow: Flow, usedMs: number): void {
    // Of all that is used while others are busy, so much is theirs; what they use beyond it they owe.
    const debtMs = this.#lightDebtMs + usedMs * (1 - lightShareMax);
    this.#lightDebtMs = this.#busy.length === 0 ? 0 : Math.min(debtMs, lightDebtMsMax);
    flow.place = 'idle';
    if (flow.isEmpty) return;
    if (flow.creditMs > 0) {
      this.#admit(flow, false);
    } else {
      flow.place = 'busy';
      this.#busy.push(flow);
    }
  }

  #nextBusy(): Flow {
    for (;;) {
      const flow = this.#busy.shift();
      if (flow === undefined) throw new Error('nobody waits for a turn who is counted');
      if (flow.creditMs > 0) return flow;
      flow.creditMs += turnMs;
      this.#busy.push(flow);
    }
  }

  #servedBusy(flow: Flow, usedMs: number): void {
    this.#lightDebtMs = Math.max(this.#lightDebtMs - usedMs * lightShareMax, 0);
    if (flow.isEmpty) flow.place = 'idle';
    else this.#busy.push(flow);
  }
}
