import type { ControlDb, ControlTx } from '@weir/db/control';

/** How long one attempt has a delivery to itself: longer than any takes. */
const attemptMsMax = 30_000;

export interface DueDelivery {
  readonly id: string;
  /** What it is for took nothing the last time. */
  readonly isFailing: boolean;
}

/**
 * One due delivery of each organization of which nothing is on its way, and of each the one that has waited longest where
 * the last attempt succeeded, before those where it did not: so neither a slow server of one tenant nor many broken ones
 * keep others waiting.
 */
export const findDueDeliveries = (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly DueDelivery[]> => {
  const at = new Date(now);
  return db.$queryRaw<DueDelivery[]>`
    SELECT id, is_failing AS "isFailing" FROM (
      SELECT DISTINCT ON (d.organization_id) d.id, d.due_at, w.failing_since IS NOT NULL AS is_failing
        FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
       WHERE d.due_at <= ${at}
         AND NOT EXISTS (
           SELECT 1 FROM webhook_deliveries taken
            WHERE taken.organization_id = d.organization_id AND taken.taken_until > ${at})
       ORDER BY d.organization_id, w.failing_since IS NOT NULL, d.due_at, d.id) AS first
     ORDER BY is_failing, due_at LIMIT ${limit}`;
};

export interface TakenDelivery {
  readonly id: string;
  readonly organizationId: string;
  readonly eventType: string;
  readonly body: string;
  readonly attempts: number;
  readonly webhook: {
    readonly id: string;
    readonly url: string;
    readonly isEnabled: boolean;
    readonly failingSince: Date | null;
    readonly secrets: readonly { readonly number: number; readonly sealed: string }[];
  };
}

/**
 * Takes a delivery for one attempt, which is counted before it is made. Of an organization one is on its way at a time.
 * Null: it is settled, or another one is.
 */
export const takeDelivery = (db: ControlDb, id: string, now: number): Promise<TakenDelivery | null> =>
  db.$transaction(async (tx) => {
    const found = await tx.webhookDelivery.findUnique({ where: { id }, select: { organizationId: true } });
    if (found === null) return null;
    const { organizationId } = found;
    // Who takes another one of the organization waits here.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`telling ${organizationId}`}, 2))`;
    const at = new Date(now);
    const busy = { organizationId, takenUntil: { gt: at } };
    if ((await tx.webhookDelivery.count({ where: busy })) > 0) return null;
    const { count } = await tx.webhookDelivery.updateMany({
      where: { id, dueAt: { lte: at } },
      data: { takenUntil: new Date(now + attemptMsMax), attempts: { increment: 1 } },
    });
    if (count === 0) return null;
    return tx.webhookDelivery.findUnique({
      where: { id },
      select: {
        ...{ id: true, organizationId: true, eventType: true, body: true, attempts: true },
        webhook: {
          select: {
            ...{ id: true, url: true, isEnabled: true, failingSince: true },
            secrets: { orderBy: { number: 'asc' }, select: { number: true, sealed: true } },
          },
        },
      },
    });
  });

export interface Outcome {
  /** Null: there was no answer. */
  readonly httpStatus: number | null;
  /** Null: it was taken. */
  readonly problem: string | null;
}

export const markDelivered = async (
  tx: ControlTx,
  { id, webhook }: TakenDelivery,
  { httpStatus }: Outcome,
  now: number,
): Promise<void> => {
  await tx.webhookDelivery.updateMany({
    where: { id },
    data: { dueAt: null, takenUntil: null, deliveredAt: new Date(now), httpStatus, problem: null },
  });
  await tx.webhook.updateMany({ where: { id: webhook.id }, data: { failingSince: null } });
};

/** `nextMs` null: it is given up. */
export const markTried = async (
  tx: ControlTx,
  { id, webhook }: TakenDelivery,
  { httpStatus, problem }: Outcome,
  now: number,
  nextMs: number | null,
): Promise<void> => {
  const next =
    nextMs === null
      ? { dueAt: null, givenUpAt: new Date(now) }
      : { dueAt: new Date(nextMs), givenUpAt: null };
  await tx.webhookDelivery.updateMany({
    where: { id },
    data: { ...next, takenUntil: null, httpStatus, problem },
  });
  await tx.webhook.updateMany({
    where: { id: webhook.id, failingSince: null },
    data: { failingSince: new Date(now) },
  });
};

/** Switches a webhook off and gives up what waits for it. False: it is off already. */
export const switchOff = async (
  tx: ControlTx,
  webhookId: string,
  disabledReason: 'FAILING' | 'GONE',
  now: number,
): Promise<boolean> => {
  const { count } = await tx.webhook.updateMany({
    where: { id: webhookId, isEnabled: true },
    data: { isEnabled: false, disabledReason, updatedAt: new Date(now) },
  });
  if (count === 0) return false;
  await giveUpWaiting(tx, webhookId, 'The webhook was switched off.', now);
  return true;
};

const giveUpWaiting = async (
  tx: ControlTx,
  webhookId: string,
  problem: string,
  now: number,
): Promise<void> => {
  await tx.webhookDelivery.updateMany({
    where: { webhookId, dueAt: { not: null } },
    data: { dueAt: null, takenUntil: null, givenUpAt: new Date(now), problem },
  });
};

/** Of one webhook, whatever its owner makes happen. */
export const deliveriesKeptMax = 5_000;

/** Removes what was asked for before that time, and of each webhook what is more than is kept. Returns how many rows. */
export const pruneDeliveries = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.webhookDelivery.deleteMany({ where: { createdAt: { lt: new Date(before) } } });
  const crowded = await db.$queryRaw<{ id: string }[]>`
    SELECT webhook_id AS id FROM webhook_deliveries GROUP BY webhook_id HAVING count(*) > ${deliveriesKeptMax}`;
  let removed = count;
  for (const { id } of crowded)
    removed += await db.$executeRaw`
      DELETE FROM webhook_deliveries WHERE webhook_id = ${id} AND due_at IS NULL AND created_at < (
        SELECT created_at FROM webhook_deliveries WHERE webhook_id = ${id}
         ORDER BY created_at DESC OFFSET ${deliveriesKeptMax - 1} LIMIT 1)`;
  return removed;
};
