/** What not paying has come to. Each follows from time alone, and goes as soon as everything is paid. */
export type Standing = 'CURRENT' | 'PAST_DUE' | 'READ_ONLY' | 'SUSPENDED';

/** Whether an invoice was tried to be charged and is still open. */
export const isOverdue = (payment: {
  readonly firstChargedAt: Date | null;
  readonly status: string;
}): boolean =>
  payment.firstChargedAt !== null && (payment.status === 'OPEN' || payment.status === 'UNCOLLECTIBLE');

const dayMs = 86_400_000;
/** After so long writes are refused, and after so long nobody gets in. What is stored stays. */
export const readOnlyAfterMs = 7 * dayMs;
export const suspendedAfterMs = 21 * dayMs;

/** Null: nothing that was tried to be charged is open. */
export const standingOf = (pastDueSinceMs: number | null, nowMs: number): Standing => {
  if (pastDueSinceMs === null) return 'CURRENT';
  const ageMs = nowMs - pastDueSinceMs;
  if (ageMs >= suspendedAfterMs) return 'SUSPENDED';
  return ageMs >= readOnlyAfterMs ? 'READ_ONLY' : 'PAST_DUE';
};

/** When the next standing begins if nothing is paid; null: there is none. */
export const nextStandingAtMs = (pastDueSinceMs: number | null, nowMs: number): number | null => {
  if (pastDueSinceMs === null) return null;
  const [next] = [readOnlyAfterMs, suspendedAfterMs].filter((afterMs) => pastDueSinceMs + afterMs > nowMs);
  return next === undefined ? null : pastDueSinceMs + next;
};
