import { stepsPerTurn } from '../limits.ts';
import type { Flow } from './flow.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Divides a request's work into turns. A step is what costs about a microsecond: a name looked up, a
 * partition read. Steps are counted and not timed, since a look at the clock costs as much as a step.
 */
export class Pace {
  readonly #scheduler: Scheduler;
  readonly #flow: Flow;
  #steps = 0;

  constructor(scheduler: Scheduler, flow: Flow) {
    this.#scheduler = scheduler;
    this.#flow = flow;
  }

  /** Counts steps; what it returns is to be awaited before the next, null: go on. */
  step(count = 1): Promise<void> | null {
    this.#steps += count;
    if (this.#steps < stepsPerTurn) return null;
    this.#scheduler.charge(this.#flow, this.#steps / 1_000);
    this.#steps = 0;
    return this.#scheduler.nextTurn(this.#flow);
  }
}
