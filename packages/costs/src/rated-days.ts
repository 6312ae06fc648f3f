import { dayMs, hourMs } from '@weir/billing/period';
import type { RatedHour } from '@weir/billing/rate-usage';
import type { Interval } from './used.store.ts';

/** A stretch that is told apart by the day, or by the hour. */
export interface RatedPiece extends Interval {
  readonly step: 'hour' | 'day';
}

/** When the day of UTC began. Pure. */
export const dayOf = (ms: number): number => Math.floor(ms / dayMs) * dayMs;

/** Within an interval, and until then; none: an empty one at its beginning. Pure. */
export const wholeDays = ({ fromMs, toMs }: Interval, untilMs: number): Interval => {
  const first = Math.ceil(fromMs / dayMs) * dayMs;
  const last = dayOf(Math.min(toMs, untilMs));
  return first < last ? { fromMs: first, toMs: last } : { fromMs, toMs: fromMs };
};

const nameOf = ({ clusterId, kind, meter, region }: RatedHour): string =>
  `${clusterId} ${kind} ${region} ${meter}`;

/**
 * Those of these days in each of whose hours a unit costs the same, of each meter of each cluster: sharing the day out by
 * what was used in it is then the same as sharing out its hours, but for two micro-units an hour. Not so where an allowance
 * ends, or a tier. Pure.
 */
export const evenDays = (hours: readonly RatedHour[], { fromMs, toMs }: Interval): ReadonlySet<number> => {
  const even = new Set<number>();
  for (let ms = fromMs; ms < toMs; ms += dayMs) even.add(ms);
  const within = hours.filter((row) => even.has(dayOf(row.hourMs)));
  for (const ofMeter of Map.groupBy(within, nameOf).values()) {
    for (const [day, rows] of Map.groupBy(ofMeter, (row) => dayOf(row.hourMs))) {
      const quantity = rows.reduce((sum, row) => sum + row.quantity, 0n);
      const micros = rows.reduce((sum, row) => sum + row.micros, 0n);
      if (!rows.every((row) => isEven(row, quantity, micros))) even.delete(day);
    }
  }
  return even;
};

/** What an hour costs is rounded, and so is what the day costs. */
const isEven = (row: RatedHour, quantity: bigint, micros: bigint): boolean => {
  const difference = row.micros * quantity - micros * row.quantity;
  return (difference < 0n ? -difference : difference) <= 2n * quantity;
};

/** An interval of whole hours in the fewest pieces, those days by the day and all else by the hour. In order. Pure. */
export const inPieces = ({ fromMs, toMs }: Interval, days: ReadonlySet<number>): readonly RatedPiece[] => {
  const pieces: RatedPiece[] = [];
  for (let ms = fromMs; ms < toMs; ) {
    const step = days.has(ms) ? 'day' : 'hour';
    const endMs = ms + (step === 'day' ? dayMs : hourMs);
    const last = pieces.at(-1);
    if (last?.step === step) pieces[pieces.length - 1] = { ...last, toMs: endMs };
    else pieces.push({ step, fromMs: ms, toMs: endMs });
    ms = endMs;
  }
  return pieces;
};

/** Hours of days that are told apart by the day, added up to them; others as they are. Pure. */
export const inSteps = (hours: readonly RatedHour[], pieces: readonly RatedPiece[]): readonly RatedHour[] => {
  const days = pieces.filter(({ step }) => step === 'day');
  const steps = new Map<string, RatedHour>();
  for (const hour of hours) {
    const isOfDay = days.some(({ fromMs, toMs }) => hour.hourMs >= fromMs && hour.hourMs < toMs);
    const stepMs = isOfDay ? dayOf(hour.hourMs) : hour.hourMs;
    const key = `${stepMs} ${nameOf(hour)}`;
    const known = steps.get(key);
    const quantity = hour.quantity + (known?.quantity ?? 0n);
    const micros = hour.micros + (known?.micros ?? 0n);
    steps.set(key, { ...hour, hourMs: stepMs, quantity, micros });
  }
  return [...steps.values()];
};
