import { recordNameOf, recordValueOf } from '@weir/mail-domains/look';
import { noteLook } from '@weir/mail-domains/note-look.store';
import type { WorkerDeps } from '../deps.ts';
import { type DueDomain, takeDueDomains } from './domain.store.ts';

/** In one turn; each may wait some seconds for DNS. */
const domainsMax = 20;

/**
 * Asks DNS each day for what proves mail domains, also while nobody signs in by them: who has lost a domain must not go on
 * vouching for its people. How many were looked at.
 */
export const lookAtDomains = async (deps: WorkerDeps): Promise<number> => {
  const due = await takeDueDomains(deps.db, deps.clock.now(), domainsMax);
  const looks = await Promise.all(due.map((domain) => look(deps, domain)));
  return looks.filter((isLooked) => isLooked).length;
};

/** False: DNS did not answer, which changes nothing. */
const look = async (
  { clock, db, findTxtRecords, logger }: WorkerDeps,
  domain: DueDomain,
): Promise<boolean> => {
  let records: readonly string[] | null;
  try {
    records = await findTxtRecords(recordNameOf(domain.domain));
  } catch (cause) {
    logger.warn({ err: cause, domainId: domain.id }, 'a domain could not be looked at');
    return false;
  }
  const isThere = records?.includes(recordValueOf(domain.challenge)) ?? false;
  await db.$transaction((tx) => noteLook(tx, domain, isThere, clock.now()));
  return true;
};
