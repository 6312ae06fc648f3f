import type { ControlDb } from '@weir/db/control';
import type { LookedAt } from '@weir/mail-domains/note-look.store';

export interface DueDomain extends LookedAt {
  readonly challenge: string;
}

/** One that DNS did not answer for is asked about again then, and one whose worker died. */
const againMs = 3_600_000;

/** Takes proved domains that are to be looked at, those that have waited longest first. */
export const takeDueDomains = (db: ControlDb, now: number, limit: number): Promise<readonly DueDomain[]> => {
  const again = new Date(now + againMs);
  return db.$queryRaw<DueDomain[]>`
    UPDATE sso_domains SET due_at = ${again}
     WHERE id IN (
       SELECT id FROM sso_domains WHERE due_at <= ${new Date(now)} AND verified_at IS NOT NULL
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, organization_id AS "organizationId", domain, challenge`;
};
