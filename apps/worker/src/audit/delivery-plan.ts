const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** After each failure in a row; the last one after all that follow. Nothing is ever given up. */
const pausesMs = [
  secondMs,
  2 * secondMs,
  5 * secondMs,
  15 * secondMs,
  30 * secondMs,
  minuteMs,
  2 * minuteMs,
  5 * minuteMs,
] as const;
const longestMs = 5 * minuteMs;

/** So long a broker may be away without anybody hearing of it. */
export const toldAfterMs = 10 * minuteMs;

interface Failed {
  /** This one counted in. */
  readonly failures: number;
  readonly failingSinceMs: number;
  readonly isTold: boolean;
}

/** What follows from an attempt that came to nothing. Pure. Administrators are told once until one succeeds. */
export const afterFailure = ({ failingSinceMs, failures, isTold }: Failed, nowMs: number) => ({
  nextMs: nowMs + (pausesMs[failures - 1] ?? longestMs),
  isToBeTold: !isTold && nowMs - failingSinceMs >= toldAfterMs,
});
