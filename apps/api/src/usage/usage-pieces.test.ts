import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answerable, type Grain, grainMs, piecesOf, signedPiecesOf } from './usage-pieces.ts';

const at = (text: string) => new Date(`2026-01-${text}Z`);
const textOf = (ms: number) => new Date(ms).toISOString().slice(8, 16);
const asText = (from: string, to: string, coarsest: Grain) =>
  piecesOf({ from: at(from), to: at(to) }, coarsest).map(
    ({ fromMs, grain, toMs }) => `${grain} ${textOf(fromMs)} ${textOf(toMs)}`,
  );

it('reads the middle of an interval from days, and its edges from hours and minutes', () => {
  expect(asText('01T22:58:00', '04T01:01:00', 'day')).toEqual([
    'minute 01T22:58 01T23:00',
    'hour 01T23:00 02T00:00',
    'day 02T00:00 04T00:00',
    'hour 04T00:00 04T01:00',
    'minute 04T01:00 04T01:01',
  ]);
  expect(asText('01T22:00:00', '04T01:00:00', 'hour')).toEqual(['hour 01T22:00 04T01:00']);
  expect(asText('01T22:10:00', '01T23:50:00', 'day')).toEqual(['minute 01T22:10 01T23:50']);
  expect(asText('01T22:10:00', '01T22:10:00', 'day')).toEqual([]);
});

it('pieces lie one behind the other, whole, and are the interval', () => {
  const minute = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(minute, minute, fc.constantFrom<Grain>('minute', 'hour', 'day'), (one, other, coarsest) => {
      const fromMs = Math.min(one, other) * 60_000;
      const toMs = Math.max(one, other) * 60_000;
      const pieces = piecesOf({ from: new Date(fromMs), to: new Date(toMs) }, coarsest);
      let next = fromMs;
      for (const piece of pieces) {
        expect(piece.fromMs).toBe(next);
        expect((piece.fromMs % grainMs[piece.grain]) + (piece.toMs % grainMs[piece.grain])).toBe(0);
        expect(grainMs[piece.grain]).toBeLessThanOrEqual(grainMs[coarsest]);
        next = piece.toMs;
      }
      expect(next).toBe(toMs);
    }),
  );
});

it('most of a day is that day less its rest, and most of an hour likewise', () => {
  const signs = (from: string, to: string) =>
    signedPiecesOf({ from: at(from), to: at(to) }).map(
      ({ fromMs, grain, sign, toMs }) => `${sign} ${grain} ${textOf(fromMs)} ${textOf(toMs)}`,
    );
  expect(signs('01T02:00:00', '03T22:50:00')).toEqual([
    '-1 hour 01T00:00 01T02:00',
    '1 day 01T00:00 04T00:00',
    '-1 minute 03T22:50 03T23:00',
    '-1 hour 03T23:00 04T00:00',
  ]);
});

it('pieces with signs count each minute of an interval once and no other', () => {
  const minute = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(minute, minute, (one, other) => {
      const [first, last] = [Math.min(one, other), Math.max(one, other)];
      const pieces = signedPiecesOf({ from: new Date(first * 60_000), to: new Date(last * 60_000) });
      const counted = new Map<number, number>();
      for (const { fromMs, grain, sign, toMs } of pieces) {
        expect((fromMs % grainMs[grain]) + (toMs % grainMs[grain])).toBe(0);
        for (let at = fromMs / 60_000; at < toMs / 60_000; at++)
          counted.set(at, (counted.get(at) ?? 0) + sign);
      }
      const wrong = [...counted].filter(([at, times]) => times !== (at >= first && at < last ? 1 : 0));
      expect(wrong).toEqual([]);
      expect([...counted.values()].filter((times) => times === 1)).toHaveLength(last - first);
    }),
  );
});

it('widens an interval by no more than what usage is kept as fine as', () => {
  const kept = { minutesMs: at('20T00:00:00').getTime(), hoursMs: at('10T00:00:00').getTime() };
  const widened = (from: string, to: string) => {
    const found = answerable({ from: at(from), to: at(to) }, kept);
    return [textOf(found.from.getTime()), textOf(found.to.getTime())];
  };
  expect(widened('20T10:10:01', '20T10:20:01')).toEqual(['20T10:11', '20T10:21']);
  expect(widened('19T10:10:00', '20T10:20:00')).toEqual(['19T10:00', '20T10:20']);
  expect(widened('19T10:10:00', '19T10:20:00')).toEqual(['19T10:00', '19T11:00']);
  expect(widened('09T10:10:00', '09T10:20:00')).toEqual(['09T00:00', '10T00:00']);
});
