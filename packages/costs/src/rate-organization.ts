import { isDeepStrictEqual } from 'node:util';
import { dayMs, type Period } from '@weir/billing/period';
import { nothingRated, type RatedHour, type RatedPart, rateParts } from '@weir/billing/rate-usage';
import type { UsagePart } from '@weir/billing/usage-hour';
import type { ControlTx } from '@weir/db/control';
import { addedUp, type KnownDay, type KnownDays, type VersionedDay } from './known-days.ts';
import { type RatedMonth, rateDays } from './rate-days.ts';
import {
  dayOf,
  evenRuns,
  inPieces,
  isEvenStretch,
  type RatedPiece,
  summedAt,
  wholeDays,
} from './rated-days.ts';
import { readTerms } from './terms.store.ts';
import {
  type Detail,
  type Interval,
  type Owners,
  readClusters,
  readParts,
  type UsingCluster,
} from './used.store.ts';

export interface AskedCosts {
  readonly organizationId: string;
  readonly period: Period;
  /** Within the period. */
  readonly interval: Interval;
  /** Clusters are rated until then: what comes after is not known. */
  readonly nowMs: number;
  readonly detail: Detail;
  /** With detail: who is told apart; what others used has no name. Left out: everybody. */
  readonly owners?: Owners;
  /**
   * Whole days until then are one part each, at their beginning, rather than one an hour. With detail only where that comes
   * to the same, where each hour of the day costs as much for a byte as the others.
   */
  readonly daysUntilMs: number;
  /** Into how many pieces a micro-unit is shared out, in which parts are told then. Left out: none. */
  readonly precision?: bigint;
  /** Whether all that is read comes from one snapshot of the store, which saves looking twice at what costs how much. */
  readonly isOneSnapshot?: boolean;
  /** With detail, days one after the other in which a byte costs the same may be one part at the beginning of the first, and so may hours of a day. */
  readonly mayJoinDays?: boolean;
}

export interface RatedUsage {
  readonly clusters: readonly UsingCluster[];
  readonly parts: readonly RatedPart[];
}

export const withoutDetail: Detail = { topic: false, principal: false, key: false };

/**
 * What an organization's usage in a part of a month costs. All of the month before that is rated with it, since tiers and
 * allowances begin with the month; days that have ended are rated once, as long as nothing of them changes. Throws
 * TooMuchUsage.
 */
export const rateOrganization = async (
  db: ControlTx,
  known: KnownDays,
  question: AskedCosts,
): Promise<RatedUsage> => {
  const { detail, interval, organizationId, owners = null, precision = 1n } = question;
  const isDetailed = detail.topic || detail.principal || detail.key;
  const read = (part: Interval, step: RatedPiece['step']) =>
    readParts(db, organizationId, part, { detail, owners, step });
  const readKnown = ({ step, version, ...piece }: RatedPiece) => {
    if (version === undefined || question.isOneSnapshot !== true) return read(piece, step);
    const name = JSON.stringify([organizationId, piece, step, detail, owners, version]);
    return known.parts.of(name, () => read(piece, step));
  };
  // One after the other: it may be a transaction, which has one connection.
  const days = wholeDays(interval, question.daysUntilMs);
  if (isDetailed && days.fromMs === days.toMs && question.mayJoinDays !== true) {
    // Before the hours that they are parts of: a window that comes in between has no name this once.
    const parts = await read(interval, 'hour');
    const { clusters, rows } = await rate(db, known, question, isDetailed);
    return { clusters, parts: withOwners(rows, parts, precision) };
  }
  const rated = await rate(db, known, question, isDetailed);
  if (!isDetailed) {
    const parts = rated.rows.map((row) => ({ ...whole(row), micros: row.micros * precision }));
    return { clusters: rated.clusters, parts };
  }
  const parts: UsagePart[] = [];
  for (const piece of rated.pieces) parts.push(...(await readKnown(piece)));
  // As above: what they are parts of is read after them, unless nothing can come in between.
  const { clusters, pieces, rows } = question.isOneSnapshot
    ? rated
    : await rate(db, known, question, isDetailed);
  if (isDeepStrictEqual(pieces, rated.pieces)) return { clusters, parts: withOwners(rows, parts, precision) };
  return rateOrganization(db, known, { ...question, daysUntilMs: 0 });
};

interface RatedRows {
  readonly clusters: readonly UsingCluster[];
  /** What is asked for, by what its rows are: days, or hours. */
  readonly pieces: readonly RatedPiece[];
  readonly rows: readonly RatedHour[];
}

const rate = async (
  db: ControlTx,
  known: KnownDays,
  { daysUntilMs, interval, mayJoinDays, nowMs, organizationId, period }: AskedCosts,
  isDetailed: boolean,
): Promise<RatedRows> => {
  const clusters = await readClusters(db, organizationId, period);
  const month = { organizationId, terms: await readTerms(db, organizationId, period), clusters, nowMs };
  const endedMs = Math.max(period.fromMs, dayOf(Math.min(interval.toMs, nowMs)));
  const ended = await known.until(db, month, { fromMs: period.fromMs, toMs: endedMs });
  const within = wholeDays(interval, daysUntilMs);
  const running: KnownDay[] = [];
  const rest = { fromMs: endedMs, toMs: within.toMs };
  for await (const day of rateDays(db, month, rest, ended.at(-1)?.after ?? nothingRated))
    running.push(addedUp(day));
  const asDays = [...ended, ...running].filter(
    ({ fromMs, isEven }) => isIn(within, fromMs) && (isEven || !isDetailed),
  );
  const daysIn = (part: Interval) => asDays.filter(({ fromMs }) => isIn(part, fromMs));
  const versionOf = (run: Interval) =>
    ended.flatMap(({ fromMs, version }) => (isIn(run, fromMs) ? [version] : [])).join();
  const joined = (piece: RatedPiece): readonly RatedPiece[] => {
    if (!isDetailed || !mayJoinDays || piece.step !== 'day') return [piece];
    const hasEnded = ({ fromMs }: KnownDay) => fromMs < endedMs;
    const [before, since] = [daysIn(piece).filter(hasEnded), daysIn(piece).filter((day) => !hasEnded(day))];
    return [
      ...evenRuns(before).map((run) => ({ ...run, step: 'whole' as const, version: versionOf(run) })),
      ...evenRuns(since).map((run) => ({ ...run, step: 'whole' as const })),
    ];
  };
  const pieces = inPieces(interval, new Set(asDays.map(({ fromMs }) => fromMs))).flatMap(joined);
  const rated: RatedStretch[] = [];
  for (const piece of pieces) {
    if (piece.step === 'hour') {
      const rows = await rateHours(db, month, piece, ended, endedMs);
      rated.push(...(isDetailed && mayJoinDays ? joinedHours(piece, rows, ended) : [{ piece, rows }]));
    } else {
      const days = daysIn(piece).flatMap((day) => day.rows);
      rated.push({ piece, rows: piece.step === 'whole' ? summedAt(piece.fromMs, days) : days });
    }
  }
  return {
    clusters,
    pieces: rated.map(({ piece }) => piece),
    rows: rated.flatMap(({ rows }) => rows),
  };
};

interface RatedStretch {
  readonly piece: RatedPiece;
  readonly rows: readonly RatedHour[];
}

/** Hours by the day that they are of, which are one part where a byte costs the same in all of them. */
const joinedHours = (
  { fromMs, toMs }: RatedPiece,
  rows: readonly RatedHour[],
  ended: readonly VersionedDay[],
): readonly RatedStretch[] => {
  const byDay = Map.groupBy(rows, (row) => dayOf(row.hourMs));
  const versions = new Map(ended.map((day) => [day.fromMs, day.version]));
  const stretches: RatedStretch[] = [];
  for (let day = dayOf(fromMs); day < toMs; day += dayMs) {
    const within = { fromMs: Math.max(fromMs, day), toMs: Math.min(toMs, day + dayMs) };
    const hours = byDay.get(day) ?? [];
    const version = versions.get(day);
    const stretch = { ...within, ...(version === undefined ? {} : { version }) };
    stretches.push(
      isEvenStretch(hours)
        ? { piece: { step: 'hours', ...stretch }, rows: summedAt(within.fromMs, hours) }
        : { piece: { step: 'hour', ...stretch }, rows: hours },
    );
  }
  return stretches;
};

/** Hours of a stretch, and of what comes before it since the last day that is known. */
const rateHours = async (
  db: ControlTx,
  month: RatedMonth,
  piece: Interval,
  ended: readonly KnownDay[],
  endedMs: number,
): Promise<readonly RatedHour[]> => {
  const first = ended.find(({ fromMs }) => fromMs === dayOf(piece.fromMs));
  const fromMs = first?.fromMs ?? endedMs;
  const before = first?.before ?? ended.at(-1)?.after ?? nothingRated;
  const rows: RatedHour[] = [];
  for await (const { hours } of rateDays(db, month, { fromMs, toMs: piece.toMs }, before)) {
    for (const hour of hours) if (hour.hourMs >= piece.fromMs) rows.push(hour);
  }
  return rows;
};

const withOwners = (
  hours: readonly RatedHour[],
  parts: readonly UsagePart[],
  precision: bigint,
): readonly RatedPart[] => {
  const ofTime = hours.filter(({ meter }) => timeMeters.has(meter)).map(whole);
  return rateParts(hours, [...parts, ...ofTime], precision);
};

/** Meters of what is there, whoever uses it. */
const timeMeters: ReadonlySet<string> = new Set(['cluster_seconds', 'unit_seconds']);

const isIn = ({ fromMs, toMs }: Interval, ms: number): boolean => ms >= fromMs && ms < toMs;

const whole = <Row>(row: Row) => ({ ...row, topic: '', principal: '', key: '' });
