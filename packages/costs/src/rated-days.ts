import { dayMs, hourMs } from '@weir/billing/period';
import type { RatedHour } from '@weir/billing/rate-usage';
import type { Interval } from './used.store.ts';

/** A stretch that is told apart by the hour, by the day, or not at all: `whole` days, or `hours` of one. */
export interface RatedPiece extends Interval {
  readonly step: 'hour' | 'day' | 'whole' | 'hours';
  /** Of days that have ended: as long as it is the same, so is what was used in them. */
  readonly version?: string;
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
 * Whether in each of these hours a unit costs the same, of each meter of each cluster: sharing all of them out by what was
 * used in them is then the same as sharing out each, but for two micro-units an hour. Not so where an allowance ends, or a
 * tier. Pure.
 */
export const isEvenStretch = (hours: readonly RatedHour[]): boolean => {
  for (const rows of Map.groupBy(hours, nameOf).values()) {
    const quantity = rows.reduce((sum, row) => sum + row.quantity, 0n);
    const micros = rows.reduce((sum, row) => sum + row.micros, 0n);
    if (!rows.every((row) => isEven(row, quantity, micros))) return false;
  }
  return true;
};

interface Cost {
  readonly quantity: bigint;
  readonly micros: bigint;
}

/** What an hour costs is rounded, and so is what the day costs. */
const isEven = (row: Cost, quantity: bigint, micros: bigint, rounded = 2n): boolean => {
  const difference = row.micros * quantity - micros * row.quantity;
  return (difference < 0n ? -difference : difference) <= rounded * quantity;
};

/**
 * Days one after the other in which a unit costs the same, of each meter of each cluster, so that they can be one part as
 * well: the fewest such stretches, in order. Of days that are even in themselves. Pure.
 */
export const evenRuns = (
  days: readonly { readonly fromMs: number; readonly rows: readonly RatedHour[] }[],
) => {
  const runs: Interval[] = [];
  let sums = new Map<string, Cost>();
  for (const { fromMs, rows } of days) {
    const toMs = fromMs + dayMs;
    const last = runs.at(-1);
    const isNext = last?.toMs === fromMs && rows.every((row) => costsLike(sums.get(nameOf(row)), row));
    if (last && isNext) runs[runs.length - 1] = { ...last, toMs };
    else {
      runs.push({ fromMs, toMs });
      sums = new Map();
    }
    for (const row of rows) {
      const { micros = 0n, quantity = 0n } = sums.get(nameOf(row)) ?? {};
      sums.set(nameOf(row), { micros: micros + row.micros, quantity: quantity + row.quantity });
    }
  }
  return runs;
};

/** A day is of 24 hours, each of which is rounded. */
const costsLike = (before: Cost | undefined, row: RatedHour): boolean =>
  before === undefined || isEven(row, before.quantity, before.micros, 48n);

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

/** All of these added up: one row for each meter of each cluster, at that time. Pure. */
export const summedAt = (fromMs: number, rows: readonly RatedHour[]): readonly RatedHour[] => {
  const sums = new Map<string, RatedHour>();
  for (const row of rows) {
    const name = nameOf(row);
    const known = sums.get(name);
    const quantity = row.quantity + (known?.quantity ?? 0n);
    const micros = row.micros + (known?.micros ?? 0n);
    sums.set(name, { ...row, hourMs: fromMs, quantity, micros });
  }
  return [...sums.values()];
};
