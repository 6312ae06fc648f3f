import { lightMsMax, resumedPerTurnMax, usageHalfLifeMs } from '../limits.ts';
import { Queue } from '../memory/queue.ts';

/** Something that uses turns on the event loop. */
export interface Runnable {
  /** Works for about a quantum at most; says whether there is more to do at once. Does not throw. */
  turn(): TurnEnd;
  /** What the turn lets happen outside of turns, about, milliseconds: a round has room for so much less. */
  readonly followsMs?: number;
}

/** `more`: it wants another turn. */
export type TurnEnd = 'done' | 'more';

/** One tenant's share of the event loop: who of his waits for a turn, and how much time he has used of late. */
export class Flow {
  /** Whose it is, for the log. */
  readonly owner: string;
  /** Among those that are busy: milliseconds that it may still use before others come first. */
  creditMs = 0;
  /** Among those that use little: when its turn is due; whoever is due first has it. */
  dueMs = 0;
  /** Where the scheduler has it. */
  place: 'idle' | 'light' | 'busy' = 'idle';
  /** A turn of it is under way, or what follows from it: all of that is measured, and charged once. */
  isServed = false;
  /** All that it has used, milliseconds. */
  spentMs = 0;
  #recentMs = 0;
  #recentAtMs = 0;
  #owedMs = 0;
  /** Those who read for it: all of them ask for turns as soon as it is one of those that keep the broker busy. */
  readonly readers = new Set<{ askForTurn(): void }>();
  readonly #urgent = new Queue<Runnable>();
  /** Work that waited for the disk, say, and may go on. */
  readonly #resumptions = new Queue<() => void>();
  readonly #ordinary = new Queue<Runnable>();
  readonly #resumer: Runnable = {
    turn: () => {
      for (let at = 0; at < resumedPerTurnMax; at += 1) this.#resumptions.shift()?.();
      return 'done';
    },
  };

  constructor(owner = 'nobody') {
    this.owner = owner;
  }

  get isEmpty(): boolean {
    return this.#urgent.length === 0 && this.#resumptions.length === 0 && this.#ordinary.length === 0;
  }

  add(runnable: Runnable, isUrgent: boolean): void {
    (isUrgent ? this.#urgent : this.#ordinary).push(runnable);
  }

  addResumption(resume: () => void): void {
    this.#resumptions.push(resume);
  }

  /** What is nearly done comes before what has not begun: it gives memory back. */
  take(): Runnable | undefined {
    const urgent = this.#urgent.shift();
    if (urgent !== undefined) return urgent;
    return this.#resumptions.length > 0 ? this.#resumer : this.#ordinary.shift();
  }

  charge(ms: number, nowMs: number): void {
    const used = ms + this.#owedMs;
    this.#owedMs = 0;
    // What lies back less than a millisecond has not aged: most charges cost an addition.
    if (nowMs - this.#recentAtMs >= 1) {
      this.#recentMs = this.recentMs(nowMs);
      this.#recentAtMs = nowMs;
    }
    this.#recentMs += used;
    this.creditMs = Math.max(this.creditMs - used, creditMsMin);
    this.spentMs += used;
  }

  /** Work that is charged with the next turn: it is too small to look at the clock for. */
  owe(ms: number): void {
    if (!this.isServed) this.#owedMs += ms;
  }

  /** What it used of late, milliseconds: what lies back counts half for each half-life. */
  recentMs(nowMs: number): number {
    if (this.#recentMs === 0) return 0;
    return this.#recentMs * 2 ** ((this.#recentAtMs - nowMs) / usageHalfLifeMs);
  }

  isLight(nowMs: number): boolean {
    return this.recentMs(nowMs) + this.#owedMs < lightMsMax;
  }

  /** From 0, who used least, on; null: it used too much to go before others. */
  lightness(nowMs: number): number | null {
    const recent = this.recentMs(nowMs);
    if (recent >= lightMsMax) return null;
    return Math.max(lightnessLevels - 1 - Math.floor(Math.log2(lightMsMax / Math.max(recent, 1e-6))), 0);
  }
}

/** Each level has used up to twice as much as the one before. */
export const lightnessLevels = 8;

/** Debt beyond this is forgiven, so that one long turn does not shut its tenant out for good. */
const creditMsMin = -10;
