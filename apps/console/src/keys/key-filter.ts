/** What of the keys is shown; empty: all. */
export interface KeyFilter {
  readonly owner: string;
  readonly state: '' | 'unused' | 'expiring';
  readonly resource: string;
}

export const noFilter: KeyFilter = { owner: '', state: '', resource: '' };

const dayMs = 86_400_000;

/** As the API is asked for it, by the day, so that the question stays the same while a page is open. */
export function filterQuery({ owner, state, resource }: KeyFilter, now: number) {
  const today = now - (now % dayMs);
  const inDays = (days: number) => new Date(today + days * dayMs).toISOString();
  return {
    ...(owner === '' ? {} : { 'spec.owner': owner }),
    ...(resource === '' ? {} : { 'spec.resource': resource }),
    ...(state === 'unused' ? { unused_since: inDays(-30) } : {}),
    ...(state === 'expiring' ? { expires_before: inDays(31) } : {}),
  };
}
