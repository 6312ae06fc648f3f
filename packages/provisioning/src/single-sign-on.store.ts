import { keysLapseAfterDays } from '@weir/contracts/single-sign-on';
import { type ControlTx, Prisma } from '@weir/db/control';

/** For queries with a connection `c` and a person `u`: whether she has to come in by it. */
export const isEnforced = Prisma.sql`c.enforced_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM sso_domains d WHERE d.organization_id = c.organization_id
    AND d.verified_at IS NOT NULL AND d.domain = split_part(u.email, '@', 2))`;

const dayMs = 86_400_000;

/**
 * Until when a person's keys of an organization work in which she has to come in by single sign-on; null: that is not
 * so. Each sign-in moves it, so keys of somebody whom the provider does not know any more lapse by themselves.
 */
export const keysLapseAt = async (
  tx: ControlTx,
  organizationId: string,
  userId: string,
): Promise<Date | null> => {
  const [row] = await tx.$queryRaw<{ since: Date }[]>(Prisma.sql`
    SELECT greatest(c.enforced_at, (SELECT max(i.last_sign_in_at) FROM sso_identities i
      WHERE i.user_id = u.id AND i.organization_id = c.organization_id AND i.issuer = c.issuer)) AS since
    FROM sso_connections c JOIN users u ON u.id = ${userId}
    WHERE c.organization_id = ${organizationId}::uuid AND ${isEnforced}`);
  return row ? new Date(row.since.getTime() + keysLapseAfterDays * dayMs) : null;
};

/** The earlier of two times, of which either may never come. */
export const earlier = (one: Date | null, other: Date | null): Date | null => {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
};
