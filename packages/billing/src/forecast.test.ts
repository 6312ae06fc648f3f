import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forecast, forecastThen } from './forecast.ts';
import { dayMs, hourMs, periodOf } from './period.ts';

const november = periodOf(Date.UTC(2026, 10));
const costs = (fromMs: number, count: number, micros: (hour: number) => bigint) =>
  Array.from({ length: count }, (_, hour) => ({ hourMs: fromMs + hour * hourMs, micros: micros(hour) }));

it('takes what always cost the same to go on like that, without a range', () => {
  const now = november.fromMs + 10 * dayMs;
  const found = forecast(
    november,
    now,
    november.fromMs,
    costs(november.fromMs, 240, () => 1_000n),
  );
  expect(found).toEqual({ expected: 720_000n, low: 720_000n, high: 720_000n, hoursSeen: 168 });
});

it('ranges from the cheapest to the dearest day', () => {
  const now = november.fromMs + 10 * dayMs;
  const dear = (hour: number) => (hour >= 216 ? 2_000n : 1_000n);
  const found = forecast(november, now, november.fromMs, costs(november.fromMs, 240, dear));
  const soFar = 216_000n + 48_000n;
  expect(found.low).toBe(soFar + 480_000n);
  expect(found.high).toBe(soFar + 960_000n);
  expect(found.expected).toBe(soFar + (192_000n * 480n) / 168n);
});

it('counts hours before the first cluster for nothing, and knows nothing without a whole hour', () => {
  const now = november.fromMs + 10 * dayMs + 1_000;
  const first = now - 30 * 60_000;
  const running = [{ hourMs: november.fromMs + 10 * dayMs, micros: 7n }];
  expect(forecast(november, now, first, running)).toEqual({ expected: 7n, low: 7n, high: 7n, hoursSeen: 0 });
  const young = november.fromMs + 10 * dayMs - 2 * hourMs;
  const found = forecast(
    november,
    now,
    young,
    costs(young, 2, () => 10n),
  );
  expect(found.hoursSeen).toBe(2);
  expect(found.expected > 4_700n).toBe(true);
});

it('never expects less than the least, nor more than the most', () => {
  const usage = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(usage, fc.integer({ min: 0, max: hourMs - 1 }), (micros, into) => {
      const now = november.fromMs + micros.length * hourMs + into;
      const found = forecast(
        november,
        now,
        november.fromMs,
        costs(november.fromMs, micros.length, (hour) => micros[hour] ?? 0n),
      );
      const soFar = micros.reduce((sum, each) => sum + each, 0n);
      expect(soFar <= found.low && found.low <= found.expected && found.expected <= found.high).toBe(true);
    }),
  );
});

it('what was forecast on a day follows from the days before it, whether they are told apart by hours or not', () => {
  const anyCosts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), {
    minLength: 24 * 20,
    maxLength: 24 * 40,
  });
  fc.assert(
    fc.property(anyCosts, fc.nat({ max: 29 }), fc.nat({ max: 24 * 12 }), (micros, day, age) => {
      const began = november.fromMs - 10 * dayMs;
      const hours = costs(began, micros.length, (hour) => micros[hour] ?? 0n);
      const byDay = Map.groupBy(hours, (hour) => Math.floor(hour.hourMs / dayMs) * dayMs);
      const days = [...byDay].map(([ms, all]) => ({
        hourMs: ms,
        micros: all.reduce((sum, hour) => sum + hour.micros, 0n),
      }));
      const at = november.fromMs + day * dayMs;
      const first = began + age * hourMs;
      const known = hours.filter((hour) => hour.hourMs >= first);
      const then = forecastThen(november, at, first, known);
      // What comes later changes nothing of it.
      expect(then ?? { hoursSeen: 0 }).toMatchObject(
        then === null
          ? {}
          : forecast(
              november,
              at,
              first,
              known.filter((hour) => hour.hourMs < at),
            ),
      );
      if (age % 24 === 0)
        expect(
          forecastThen(
            november,
            at,
            first,
            days.filter((cost) => cost.hourMs >= first),
          ),
        ).toEqual(then);
      expect(then === null).toBe((at - first) / hourMs < 48);
      if (then === null) return;
      expect(then.low <= then.expected && then.expected <= then.high).toBe(true);
      const spent = known.filter((hour) => hour.hourMs >= november.fromMs && hour.hourMs < at);
      expect(then.low >= spent.reduce((sum, hour) => sum + hour.micros, 0n)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
