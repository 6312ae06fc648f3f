import type { UsageSink } from '../deps.ts';

/** Where nobody bills: what is used goes nowhere. */
export const noUsage: UsageSink = {
  countedBefore: () => Promise.resolve([]),
  report: () => Promise.resolve(),
  hold: () => Promise.resolve(),
};
