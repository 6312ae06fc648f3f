import { type ControlDb, Prisma } from '@weir/db/control';

/** Keys from before that time. Returns how many rows. */
export const pruneIdempotencyKeys = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(before) } } });
  return count;
};

/** Sessions that have expired. Returns how many rows. */
export const pruneSessions = async (db: ControlDb, now: number): Promise<number> => {
  const { count } = await db.session.deleteMany({ where: { expiresAt: { lt: new Date(now) } } });
  return count;
};

/** Reached limits of windows from before that time. Returns how many rows. */
export const pruneReachedLimits = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.reachedLimit.deleteMany({ where: { windowStart: { lt: new Date(before) } } });
  return count;
};

/** Events of the payment provider that were read before that time. Returns how many rows. */
export const prunePaymentEvents = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.paymentEvent.deleteMany({ where: { settledAt: { lt: new Date(before) } } });
  return count;
};

const scoped = { limits: Prisma.raw('spend_limits'), budgets: Prisma.raw('budgets') } as const;

/**
 * Limits or budgets of what has gone before that moment, and does not come back: a deleted cluster does while it can be
 * restored. Until then they say what was spent of them.
 */
export const pruneScoped = (
  db: ControlDb,
  kind: keyof typeof scoped,
  goneBeforeMs: number,
): Promise<number> => {
  const since = new Date(goneBeforeMs);
  const clusterStays = Prisma.sql`
    SELECT FROM clusters c
     WHERE (c.deleted_at IS NULL OR coalesce(c.restorable_until, c.deleted_at) >= ${since})`;
  return db.$executeRaw`
    DELETE FROM ${scoped[kind]} AS l
     WHERE NOT CASE l.scope_kind
       WHEN 'environment' THEN EXISTS (
         SELECT FROM environments e
          WHERE e.id = l.scope_id AND (e.deleted_at IS NULL OR e.deleted_at >= ${since}))
       WHEN 'cluster' THEN EXISTS (${clusterStays} AND c.id = l.scope_id)
       WHEN 'service-account' THEN EXISTS (
         SELECT FROM service_accounts s
          WHERE s.id = l.scope_id AND (s.deleted_at IS NULL OR s.deleted_at >= ${since}))
       WHEN 'api-key' THEN EXISTS (
         SELECT FROM api_keys k
          WHERE k.id = l.scope_id AND (k.revoked_at IS NULL OR k.revoked_at >= ${since})
            AND EXISTS (${clusterStays} AND c.id = k.cluster_id))
       ELSE true END`;
};
