/**
 * What became of a record of a share-partition (KIP-932): nobody has it, a member has it under a lock, it was dealt
 * with, or nobody is to have it any more.
 */
export type RecordState = 'available' | 'acquired' | 'acknowledged' | 'archived';

/** Records one after the other of which the same is to be said. */
export interface Run {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly state: RecordState;
  readonly deliveryCount: number;
  /** Who has them; null where nobody does. */
  readonly memberId: string | null;
  /** Until when, by the monotonic clock; 0 where nobody has them. */
  readonly lockedUntilMs: number;
}

/** In order and apart from each other. Offsets in none of them were never given to anyone. */
export type Runs = readonly Run[];

/** What nobody has been given yet looks like. */
export function fresh(first: number, last: number): Run {
  return { first, last, state: 'available', deliveryCount: 0, memberId: null, lockedUntilMs: 0 };
}

/** The parts of [first, last] that lie in runs, and between them what is fresh. */
export function cover(runs: Runs, first: number, last: number): Run[] {
  const covered: Run[] = [];
  let next = first;
  for (const run of runs) {
    if (run.last < next) continue;
    if (run.first > last || next > last) break;
    if (run.first > next) covered.push(fresh(next, run.first - 1));
    covered.push({ ...run, first: Math.max(run.first, next), last: Math.min(run.last, last) });
    next = run.last + 1;
  }
  if (next <= last) covered.push(fresh(next, last));
  return covered;
}

/** The runs with those of [first, last] replaced, which `replaced` covers in order. */
export function splice(runs: Runs, first: number, last: number, replaced: Runs): Run[] {
  const before: Run[] = [];
  const after: Run[] = [];
  for (const run of runs) {
    if (run.first < first) before.push({ ...run, last: Math.min(run.last, first - 1) });
    if (run.last > last) after.push({ ...run, first: Math.max(run.first, last + 1) });
  }
  return joined([...before, ...replaced, ...after]);
}

/** Neighbours of which the same is to be said become one. */
export function joined(runs: Runs): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const former = result.at(-1);
    if (former !== undefined && former.last + 1 === run.first && isSame(former, run)) {
      result[result.length - 1] = { ...former, last: run.last };
    } else result.push(run);
  }
  return result;
}

function isSame(one: Run, other: Run): boolean {
  return (
    one.state === other.state &&
    one.deliveryCount === other.deliveryCount &&
    one.memberId === other.memberId &&
    one.lockedUntilMs === other.lockedUntilMs
  );
}

/** Whether nothing is to happen with the records any more. */
export function isSettled({ state }: Run): boolean {
  return state === 'acknowledged' || state === 'archived';
}

/** Runs that are walked along once, from the first to the last, and changed on the way. */
export class RunsAhead {
  private readonly runs: Runs;
  private readonly changed: Run[] = [];
  private index = 0;
  /** What is left of the run at the index. */
  private rest: Run | null;

  constructor(runs: Runs) {
    this.runs = runs;
    this.rest = runs[0] ?? null;
  }

  /** Leaves what lies before the offset as it is. */
  passBefore(offset: number): void {
    while (this.rest !== null && this.rest.last < offset) this.putRest(this.rest);
    if (this.rest === null || this.rest.first >= offset) return;
    this.changed.push({ ...this.rest, last: offset - 1 });
    this.rest = { ...this.rest, first: offset };
  }

  /** Takes the run that begins there, as far as `last`; null: nothing begins there. */
  takeFrom(offset: number, last: number): Run | null {
    const { rest } = this;
    if (rest === null || rest.first !== offset) return null;
    if (rest.last > last) this.rest = { ...rest, first: last + 1 };
    else this.goOn();
    return { ...rest, last: Math.min(rest.last, last) };
  }

  put(run: Run): void {
    this.changed.push(run);
  }

  finish(): Run[] {
    while (this.rest !== null) this.putRest(this.rest);
    return joined(this.changed);
  }

  private putRest(rest: Run): void {
    this.changed.push(rest);
    this.goOn();
  }

  private goOn(): void {
    this.index += 1;
    this.rest = this.runs[this.index] ?? null;
  }
}
