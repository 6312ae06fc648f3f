import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** An invariant that the system under test has broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/**
 * Simulated time. Whatever would happen later in the real world is an event here; between two events all
 * promises run dry. So every interleaving follows from the seed, and the same seed gives the same run.
 */
export class World {
  readonly random: SeededRandom;
  now = 0;
  /** How many events have happened. */
  steps = 0;
  private readonly heap: Event[] = [];
  /** Actors that have not ended. */
  actorsRunning = 0;
  private order = 0;
  private failure: unknown = null;

  constructor(seed: number) {
    this.random = createSeededRandom(seed);
  }

  at(time: number, run: () => void): void {
    this.order += 1;
    this.push({ at: Math.max(time, this.now), order: this.order, run });
  }

  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Between the two, in milliseconds, mostly near the lower. */
  delay(from: number, to: number): number {
    return from + (to - from) * this.random.next() ** 3;
  }

  /** Something that runs beside the rest; what it throws ends the run. */
  start(actor: Promise<void>): void {
    this.actorsRunning += 1;
    const ended = () => {
      this.actorsRunning -= 1;
    };
    actor.catch((cause: unknown) => this.fail(cause)).then(ended, ended);
  }

  fail(cause: unknown): void {
    this.failure ??= cause;
  }

  /** Lets events happen until `isOver`, or until `end`; throws what an actor threw. */
  async run(end: number, isOver: () => boolean = () => false): Promise<void> {
    await promisesRunDry();
    for (;;) {
      if (this.failure !== null) throw this.failure;
      const next = this.heap[0];
      if (isOver() || next === undefined || next.at > end) return;
      this.pop();
      this.now = next.at;
      this.steps += 1;
      next.run();
      await promisesRunDry();
    }
  }

  private push(event: Event): void {
    let index = this.heap.push(event) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.heap[parentIndex];
      if (parent === undefined || isBefore(parent, event)) break;
      this.heap[index] = parent;
      index = parentIndex;
    }
    this.heap[index] = event;
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      let child = this.heap[childIndex];
      const right = this.heap[childIndex + 1];
      if (child === undefined) break;
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex += 1;
      }
      if (isBefore(last, child)) break;
      this.heap[index] = child;
      index = childIndex;
    }
    this.heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** A tick comes after every promise job there is, those that they make included. */
function promisesRunDry(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });
}
