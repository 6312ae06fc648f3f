// Periods are months of UTC, each from its first moment (inclusive) to that of the next (exclusive).

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The month in which that moment lies. */
export const periodOf = (ms: number): Period => {
  const at = new Date(ms);
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return { fromMs: Date.UTC(year, month), toMs: Date.UTC(year, month + 1) };
};

export const periodBefore = ({ fromMs }: Period): Period => periodOf(fromMs - 1);

/** Every month that has a part between the two, oldest first. */
export const periodsBetween = (fromMs: number, toMs: number): readonly Period[] => {
  const found: Period[] = [];
  for (let period = periodOf(fromMs); period.fromMs < toMs; period = periodOf(period.toMs))
    found.push(period);
  return found;
};

export const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs;

/** `2026-11`: how people and ids call a month. */
export const periodName = ({ fromMs }: Period): string => new Date(fromMs).toISOString().slice(0, 7);
