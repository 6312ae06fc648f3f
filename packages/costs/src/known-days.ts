import { dayMs } from '@weir/billing/period';
import { nothingRated, type RatedHour, type RatedSoFar } from '@weir/billing/rate-usage';
import type { ControlTx } from '@weir/db/control';
import { KnownParts } from './known-parts.ts';
import { type RatedDay, type RatedMonth, rateDays } from './rate-days.ts';
import { isEvenStretch, summedAt } from './rated-days.ts';
import { type Interval, readDayVersions, type UsingCluster } from './used.store.ts';

/** A day added up: one row for each cluster, kind and meter, at its beginning. */
export interface KnownDay {
  readonly fromMs: number;
  readonly rows: readonly RatedHour[];
  /** Each hour of it costs as much for a unit as the others. */
  readonly isEven: boolean;
  readonly before: RatedSoFar;
  readonly after: RatedSoFar;
}

/** One that has ended. */
export interface VersionedDay extends KnownDay {
  /** As long as it is the same, so is all that was used in it. */
  readonly version: string;
}

/** Days of a month from its beginning on, without a gap. */
interface KnownMonth {
  readonly days: readonly VersionedDay[];
  /** What the clusters were until the last of them ended. */
  readonly lives: string;
}

/** Some 150 bytes each. */
const rowsMaxByDefault = 200_000;

/**
 * What days that have ended cost, as it was rated before: a month is rated from its beginning, and a large organization's
 * has tens of thousands of hours. A day is taken from here only if all that is read to rate it is as it was then, which its
 * version in the store tells, and so for all days before it. The months that were asked for longest ago are forgotten.
 */
export class KnownDays {
  /** By whom and for what they were used. */
  readonly parts = new KnownParts();
  readonly #rowsMax: number;
  /** The one asked for last is last. */
  readonly #months = new Map<string, KnownMonth>();
  #rows = 0;

  constructor(rowsMax = rowsMaxByDefault) {
    this.#rowsMax = rowsMax;
  }

  /** Days of a month from its beginning until then, all of which have ended. Throws TooMuchUsage. */
  async until(db: ControlTx, month: RatedMonth, asked: Interval): Promise<readonly VersionedDay[]> {
    // Before the hours are read: what changes in between is rated with them, and found to be of another version next time.
    const versions = await readDayVersions(db, month.organizationId, asked);
    const { book, discountBasisPoints } = month.terms;
    const name = `${month.organizationId} ${asked.fromMs} ${book.version} ${discountBasisPoints}`;
    const days = this.#stillTrue(name, month.clusters, asked, versions);
    if (endOf(days, asked) >= asked.toMs) return days.filter(({ fromMs }) => fromMs < asked.toMs);
    const found = [...days];
    const rest = { fromMs: endOf(days, asked), toMs: asked.toMs };
    for await (const day of rateDays(db, month, rest, days.at(-1)?.after ?? nothingRated)) {
      found.push({ ...addedUp(day), version: versions.get(day.fromMs) ?? '' });
    }
    this.#keep(name, { days: found, lives: livesUntil(month.clusters, asked.toMs) });
    return found;
  }

  /** Days of it up to the first that is not as it was. */
  #stillTrue(
    name: string,
    clusters: readonly UsingCluster[],
    asked: Interval,
    versions: ReadonlyMap<number, string>,
  ): readonly VersionedDay[] {
    const known = this.#months.get(name);
    if (known === undefined) return [];
    this.#months.delete(name);
    this.#months.set(name, known);
    const { days, lives } = known;
    if (lives !== livesUntil(clusters, endOf(days, asked))) return [];
    const changed = days.findIndex(
      ({ fromMs, version }) => fromMs < asked.toMs && version !== (versions.get(fromMs) ?? ''),
    );
    return changed === -1 ? days : days.slice(0, changed);
  }

  #keep(name: string, month: KnownMonth): void {
    this.#forget(name);
    if (rowsOf(month) > this.#rowsMax) return;
    this.#months.set(name, month);
    this.#rows += rowsOf(month);
    for (const oldest of this.#months.keys()) {
      if (this.#rows <= this.#rowsMax) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    const known = this.#months.get(name);
    if (known === undefined) return;
    this.#months.delete(name);
    this.#rows -= rowsOf(known);
  }
}

export const addedUp = ({ after, before, fromMs, hours }: RatedDay): KnownDay => {
  return { fromMs, rows: summedAt(fromMs, hours), isEven: isEvenStretch(hours), before, after };
};

const endOf = (days: readonly KnownDay[], { fromMs }: Interval): number => {
  const last = days.at(-1);
  return last === undefined ? fromMs : last.fromMs + dayMs;
};

/** A day without usage is kept as well. */
const rowsOf = ({ days }: KnownMonth): number => days.reduce((sum, { rows }) => sum + rows.length + 1, 0);

const livesUntil = (clusters: readonly UsingCluster[], ms: number): string =>
  JSON.stringify(
    clusters.flatMap(({ clusterId, region, terms }) => {
      const begun = terms.filter(({ atMs }) => atMs < ms);
      return begun.length === 0 ? [] : [[clusterId, region, begun]];
    }),
  );
