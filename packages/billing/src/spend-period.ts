import { dayMs, hourMs, type Period, periodOf } from './period.ts';

/** For how long an amount is, of UTC. */
export type SpendPeriod = 'HOUR' | 'DAY' | 'MONTH';

/** The hour, day or month in which that moment lies. All of it lies in one month. */
export const spendPeriodOf = (kind: SpendPeriod, ms: number): Period => {
  if (kind === 'MONTH') return periodOf(ms);
  const lengthMs = kind === 'HOUR' ? hourMs : dayMs;
  const fromMs = Math.floor(ms / lengthMs) * lengthMs;
  return { fromMs, toMs: fromMs + lengthMs };
};
