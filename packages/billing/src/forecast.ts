import { dayMs, hourMs, hourOf, type Period } from './period.ts';

export interface CostHour {
  readonly hourMs: number;
  readonly micros: bigint;
}

export interface Forecast {
  /** For the whole period: what it has cost, and for the rest of it what the last days cost on average. */
  readonly expected: bigint;
  /** As if the rest were like the cheapest of them, and the dearest. */
  readonly low: bigint;
  readonly high: bigint;
  /** How many whole hours it looks back at; 0: there is nothing to look back at, and the rest is taken to cost nothing. */
  readonly hoursSeen: number;
}

const hoursSeenMax = 168;
/** What is older counts as what the period has cost, whichever hour it was. */
export const seenMsMax = (hoursSeenMax + 1) * hourMs;
const hoursOfDay = dayMs / hourMs;

/**
 * What a period will have cost. `hours` are of the organization, `firstMs` is when it had its first cluster; hours that
 * are missing after it cost nothing. The rest of the running hour is taken like any other.
 */
export const forecast = (
  period: Period,
  nowMs: number,
  firstMs: number,
  hours: readonly CostHour[],
): Forecast => {
  const soFar = hours
    .filter((hour) => hour.hourMs >= period.fromMs && hour.hourMs < period.toMs)
    .reduce((sum, { micros }) => sum + micros, 0n);
  const now = hourOf(nowMs);
  const all = seenHours(now, firstMs, hours);
  // Days once there are two of them; before, the hours themselves say how much they differ.
  const size = all.length >= 2 * hoursOfDay ? hoursOfDay : 1;
  const seen = all.slice(0, all.length - (all.length % size));
  const leftMs = BigInt(Math.max(period.toMs - nowMs, 0));
  if (seen.length === 0) return { expected: soFar, low: soFar, high: soFar, hoursSeen: 0 };
  const rest = (micros: bigint, ofHours: number) => (micros * leftMs) / BigInt(ofHours * hourMs);
  const sums = Array.from({ length: seen.length / size }, (_, index) =>
    sumOf(seen.slice(index * size, (index + 1) * size)),
  );
  const sorted = sums.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return {
    expected: soFar + rest(sumOf(seen), seen.length),
    low: soFar + rest(sorted[0] ?? 0n, size),
    high: soFar + rest(sorted.at(-1) ?? 0n, size),
    hoursSeen: seen.length,
  };
};

/**
 * What the forecast of a period was at the beginning of one of its days: of days, or of hours, also of such as came later,
 * which it did not know. Null: there were less than two days to look back at.
 */
export const forecastThen = (
  period: Period,
  dayBeganMs: number,
  firstMs: number,
  costs: readonly CostHour[],
): Forecast | null => {
  const known = costs.filter((cost) => cost.hourMs < dayBeganMs);
  const found = forecast(period, dayBeganMs, firstMs, known);
  return found.hoursSeen < 2 * hoursOfDay ? null : found;
};

/** What each whole hour before now cost, newest first. */
const seenHours = (nowHourMs: number, firstMs: number, hours: readonly CostHour[]): readonly bigint[] => {
  const costs = new Map<number, bigint>();
  for (const { hourMs: at, micros } of hours) costs.set(at, (costs.get(at) ?? 0n) + micros);
  const begin = Math.max(Math.ceil(firstMs / hourMs) * hourMs, nowHourMs - hoursSeenMax * hourMs);
  const seen: bigint[] = [];
  for (let at = nowHourMs - hourMs; at >= begin; at -= hourMs) seen.push(costs.get(at) ?? 0n);
  return seen;
};

const sumOf = (all: readonly bigint[]): bigint => all.reduce((sum, each) => sum + each, 0n);
