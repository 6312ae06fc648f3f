import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forecast } from './forecast.ts';
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
