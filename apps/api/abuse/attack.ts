import type { Person } from './people.ts';
import type { Product } from './product.ts';

export type Over = 'rest' | 'console';

/** Where the abuse happens, and who is there. */
export interface Scene {
  readonly product: Product;
  /** Each with an organization of their own; many, since each may ask only so often. */
  readonly abusers: readonly Person[];
  readonly quiet: Person;
  /** Cases of which one is tried; 1: all. */
  readonly stride: number;
}

export interface Outcome {
  /** Requests, connections, or whatever the attack consists of. */
  readonly tried: number;
  /** What came back that must not; those of one kind once, with how often. */
  readonly problems: readonly string[];
}

export interface Attack {
  readonly name: string;
  readonly over: Over;
  /** Goes on until the signal, or until everything was tried. Never rejects for what an answer is. */
  readonly run: (scene: Scene, signal: AbortSignal) => Promise<Outcome>;
  /** Ends when all was tried rather than with the time. */
  readonly isWhole?: boolean;
}

/** The address of loopback from which abuse comes; the quiet person has another. */
export const abuserAddress = '127.0.0.66';
export const quietAddress = '127.0.0.7';

/** Collects what went wrong, one line a kind. */
export class Findings {
  readonly #counts = new Map<string, number>();
  tried = 0;

  add(problem: string | null): void {
    if (problem !== null) this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + 1);
  }

  outcome(): Outcome {
    const problems = [...this.#counts].map(([problem, count]) =>
      count > 1 ? `${problem} (${count} times)` : problem,
    );
    return { tried: this.tried, problems };
  }
}

/** Runs as many at a time as there are lanes, each lane one after the other, until the signal. */
export const inLanes = async (
  lanes: number,
  signal: AbortSignal,
  step: (lane: number) => Promise<void>,
): Promise<void> => {
  const run = async (lane: number): Promise<void> => {
    while (!signal.aborted) await step(lane);
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
};
