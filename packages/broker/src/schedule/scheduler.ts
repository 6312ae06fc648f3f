import type { Clock } from '../deps.ts';
import { lightDebtMsMax, lightShareMax, longTurnMs, roundMsMax, turnCostMsMin, turnMs } from '../limits.ts';
import { Queue } from '../memory/queue.ts';
import { type Flow, lightnessLevels, type Runnable, type TurnEnd } from './flow.ts';

/**
 * Shares the event loop out by tenant, by the time that their requests take. Those that have used little
 * of late come first, whoever used least before the others, so that a thousand busy tenants do not add up to
 * a wait for a quiet one; those that keep the broker busy share the rest by deficit round robin. While
 * nobody else waits a turn begins at once; after `roundMsMax` of work sockets, disk and timers come first.
 */
export class Scheduler {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'workedMs' | 'soon'>;
  /** Tenants that used little, by how little. */
  readonly #light = Array.from({ length: lightnessLevels }, () => new Queue<Flow>());
  readonly #busy = new Queue<Flow>();
  #lightCount = 0;
  /** What the light ones used of the time that they have before the busy ones must have theirs. */
  #lightDebtMs = 0;
  #isRunning = false;
  #isScheduled = false;
  /** What was used since sockets, disk and timers last had their time. */
  #usedMs = 0;
  /** What the thread had worked then. */
  #workedAtMs = 0;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'workedMs' | 'soon'>) {
    this.#clock = clock;
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
    if (this.#isRunning) return;
    if (isAlone && this.#usedMs < roundMsMax) this.#round();
    else this.#schedule();
  }

  /** Resolves when it is the flow's turn: for work that is longer than a turn and stops in between. */
  nextTurn(flow: Flow): Promise<void> {
    return new Promise((resolve) => {
      const resume: Runnable = {
        turn() {
          resolve();
          return 'resumed';
        },
      };
      flow.add(resume, false);
      this.#admit(flow, false);
      this.#schedule();
    });
  }

  /** Charges work of the flow that was not done in a turn: what follows a wait for the disk, say. */
  charge(flow: Flow, ms: number): void {
    flow.charge(ms, this.#clock.monotonicMs());
  }

  /** Whoever is alone comes first whatever it used: there is nobody to go before. */
  #admit(flow: Flow, isAlone: boolean): void {
    if (flow.place !== 'idle') return;
    const lightness = isAlone ? 0 : flow.lightness(this.#clock.monotonicMs());
    if (lightness === null) {
      flow.place = 'busy';
      this.#busy.push(flow);
      return;
    }
    flow.place = 'light';
    flow.creditMs = turnMs;
    this.#lightCount += 1;
    this.#light[lightness]?.push(flow);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.soon(() => {
      this.#isScheduled = false;
      this.#usedMs = 0;
      this.#workedAtMs = this.#clock.workedMs();
      this.#round();
    });
  }

  #round(): void {
    this.#isRunning = true;
    try {
      while (this.#usedMs < roundMsMax && this.hasBacklog) {
        const end = this.#mayLight() ? this.#serveLight() : this.#serveBusy();
        // What was resumed works as soon as this returns, so nobody else is resumed beside it.
        if (end === 'resumed') break;
      }
    } finally {
      this.#isRunning = false;
      if (this.hasBacklog || this.#usedMs > 0) this.#schedule();
    }
  }

  #mayLight(): boolean {
    return this.#lightCount > 0 && (this.#busy.length === 0 || this.#lightDebtMs < lightDebtMsMax);
  }

  #serveLight(): TurnEnd {
    const flow = this.#light.find((queue) => queue.length > 0)?.shift();
    if (flow === undefined) throw new Error('the light flows are not as many as they are counted');
    this.#lightCount -= 1;
    const { end, usedMs } = this.#serve(flow);
    // Of all that is used while others are busy, so much is theirs; what they use beyond it they owe.
    const debtMs = this.#lightDebtMs + usedMs * (1 - lightShareMax);
    this.#lightDebtMs = this.#busy.length === 0 ? 0 : Math.min(debtMs, lightDebtMsMax);
    flow.place = 'idle';
    if (flow.isEmpty) return end;
    if (flow.creditMs > 0) {
      this.#admit(flow, false);
    } else {
      flow.place = 'busy';
      this.#busy.push(flow);
    }
    return end;
  }

  #serveBusy(): TurnEnd {
    for (;;) {
      const flow = this.#busy.shift();
      if (flow === undefined) return 'done';
      if (flow.creditMs <= 0) {
        flow.creditMs += turnMs;
        this.#busy.push(flow);
        continue;
      }
      const { end, usedMs } = this.#serve(flow);
      this.#lightDebtMs = Math.max(this.#lightDebtMs - usedMs * lightShareMax, 0);
      if (flow.isEmpty) flow.place = 'idle';
      else this.#busy.push(flow);
      return end;
    }
  }

  /**
   * A turn that lasted long may have been worked on, or may have waited for a processor that others had: who
   * was interrupted must not pay for it. To ask the system for each turn would cost more than most turns do.
   */
  #usedOf(lastedMs: number): number {
    if (lastedMs < longTurnMs) return lastedMs;
    const workedMs = this.#clock.workedMs() - this.#workedAtMs - this.#usedMs;
    return Math.min(lastedMs, Math.max(workedMs, turnMs));
  }

  #serve(flow: Flow): { readonly end: TurnEnd; readonly usedMs: number } {
    const began = this.#clock.monotonicMs();
    const runnable = flow.take();
    const end = runnable?.turn() ?? 'done';
    if (runnable !== undefined && end === 'more') flow.add(runnable, false);
    const ended = this.#clock.monotonicMs();
    const usedMs = Math.max(this.#usedOf(ended - began), turnCostMsMin);
    flow.charge(usedMs, ended);
    this.#usedMs += usedMs;
    return { end, usedMs };
  }
}
