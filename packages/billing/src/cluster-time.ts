import { hourMs, hourOf, type Period } from './period.ts';
import type { UsageHour } from './usage-hour.ts';

/** From that moment on, until the next one of the same cluster. */
export interface ClusterTerm {
  readonly atMs: number;
  /** Empty: it is not there, and costs nothing. */
  readonly kind: string;
  readonly units: number;
}

export interface ClusterLife {
  readonly clusterId: string;
  readonly region: string;
  /** Oldest first; of two at the same moment the later counts. */
  readonly terms: readonly ClusterTerm[];
}

const secondMs = 1_000;

/**
 * Whole seconds of UTC that ended between the two. So a time that is cut in two has as many as before, wherever it is
 * cut, and every hour has 3,600: UTC as computers count it has no leap seconds.
 */
export const secondsBetween = (fromMs: number, toMs: number): bigint =>
  BigInt(Math.floor(toMs / secondMs) - Math.floor(fromMs / secondMs));

/**
 * The seconds that a cluster was there and the units that it had in them, by hour and kind: within the period, and not
 * after `untilMs`, which is not known yet.
 */
export const clusterTime = (life: ClusterLife, period: Period, untilMs: number): readonly UsageHour[] => {
  const end = Math.min(period.toMs, untilMs);
  const { clusterId, region } = life;
  return life.terms.flatMap(({ atMs, kind, units }, index) => {
    const from = Math.max(atMs, period.fromMs);
    const to = Math.min(life.terms[index + 1]?.atMs ?? end, end);
    if (kind === '' || from >= to) return [];
    const found: UsageHour[] = [];
    for (let hour = hourOf(from); hour < to; hour += hourMs) {
      const seconds = secondsBetween(Math.max(from, hour), Math.min(to, hour + hourMs));
      const common = { hourMs: hour, clusterId, kind, region };
      if (seconds > 0n) found.push({ ...common, meter: 'cluster_seconds', quantity: seconds });
      if (seconds > 0n && units > 0)
        found.push({ ...common, meter: 'unit_seconds', quantity: seconds * BigInt(units) });
    }
    return found;
  });
};
