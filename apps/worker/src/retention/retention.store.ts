import type { ControlDb } from '@weir/db/control';

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
