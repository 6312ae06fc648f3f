const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** How long after each attempt the next one is, as Standard Webhooks advises: three days and a half, all of it together. */
const pausesMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;

/** For so long nothing may be taken until a webhook is switched off. */
export const failingMsMax = 72 * hourMs;
/** The answer of who wants to be told nothing more. */
export const goneStatus = 410;

export type Step =
  | { readonly step: 'delivered' }
  | { readonly step: 'again'; readonly atMs: number }
  | { readonly step: 'given up' }
  | { readonly step: 'switched off'; readonly reason: 'FAILING' | 'GONE' };

interface Tried {
  /** This one counted in. */
  readonly attempts: number;
  readonly httpStatus: number | null;
  readonly failingSinceMs: number | null;
}

/** What follows from an attempt. Pure. Only a status of 2xx is success: a redirect would lead where nobody looked. */
export const stepAfter = ({ attempts, failingSinceMs, httpStatus }: Tried, nowMs: number): Step => {
  if (httpStatus !== null && httpStatus >= 200 && httpStatus < 300) return { step: 'delivered' };
  if (httpStatus === goneStatus) return { step: 'switched off', reason: 'GONE' };
  if (failingSinceMs !== null && nowMs - failingSinceMs >= failingMsMax)
    return { step: 'switched off', reason: 'FAILING' };
  const pauseMs = pausesMs[attempts - 1];
  return pauseMs === undefined ? { step: 'given up' } : { step: 'again', atMs: nowMs + pauseMs };
};
