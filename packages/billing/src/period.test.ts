import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayMs, periodBefore, periodName, periodOf, periodsBetween } from './period.ts';

const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });

it('covers every moment with exactly one month, each as long as the calendar says', () => {
  fc.assert(
    fc.property(moment, (ms) => {
      const period = periodOf(ms);
      expect(period.fromMs <= ms && ms < period.toMs).toBe(true);
      expect(periodOf(period.toMs).fromMs).toBe(period.toMs);
      expect(periodBefore(periodOf(period.toMs))).toEqual(period);
      expect([28, 29, 30, 31]).toContain((period.toMs - period.fromMs) / dayMs);
    }),
  );
});

it('gives February 29 days in a leap year, and only then', () => {
  const daysOf = (year: number) => {
    const { fromMs, toMs } = periodOf(Date.UTC(year, 1, 10));
    return (toMs - fromMs) / dayMs;
  };
  expect([2023, 2024, 2028, 2100].map(daysOf)).toEqual([28, 29, 29, 28]);
});

it('finds all months that have a part of a time, over the turn of a year', () => {
  const months = periodsBetween(Date.UTC(2026, 10, 30), Date.UTC(2027, 1, 1));
  expect(months.map(periodName)).toEqual(['2026-11', '2026-12', '2027-01']);
  expect(periodsBetween(5, 5).length).toBe(1);
});
