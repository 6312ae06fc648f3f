/** A clock and its timers that move only when the test says so. */
export interface FakeClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once when the clock has reached `now() + delayMs`. Returns what cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
  /** Moves on, calling what falls due in order of time, each at its own time. */
  advance(ms: number): void;
  /** When the next callback falls due; null when none waits. */
  nextDue(): number | null;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let nowMs = startMs;
  let timers: Timer[] = [];
  const earliest = (): Timer | null =>
    timers.reduce<Timer | null>(
      (first, timer) => (first === null || timer.due < first.due ? timer : first),
      null,
    );
  return {
    now: () => nowMs,
    schedule: (delayMs, callback) => {
      const timer = { due: nowMs + Math.max(0, delayMs), callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (ms) => {
      const target = nowMs + ms;
      for (let timer = earliest(); timer !== null && timer.due <= target; timer = earliest()) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        nowMs = due.due;
        due.callback();
      }
      nowMs = target;
    },
    nextDue: () => earliest()?.due ?? null,
  };
}
