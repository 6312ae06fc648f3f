import type { ControlDb, ControlTx } from '@weir/db/control';

/** How long one attempt has a delivery, and its webhook, to itself: longer than any takes. */
const attemptMsMax = 30_000;

/** The first due delivery of each webhook that nobody is telling just now, those first that have waited longest. */
export const findDueDeliveries = async (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly string[]> => {
  const at = new Date(now);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT DISTINCT ON (d.webhook_id) d.id, d.due_at
        FROM webhook_deliveries d
       WHERE d.due_at <= ${at}
         AND NOT EXISTS (
           SELECT 1 FROM webhook_deliveries taken
            WHERE taken.webhook_id = d.webhook_id AND taken.due_at IS NOT NULL AND taken.taken_until > ${at})
       ORDER BY d.webhook_id, d.due_at, d.id) AS first
     ORDER BY due_at LIMIT ${limit}`;
  return rows.map(({ id }) => id);
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
 * Takes a delivery for one attempt, which is counted before it is made. A webhook is told one thing at a time. Null: it is
 * settled, or somebody else tells that webhook.
 */
export const takeDelivery = (db: ControlDb, id: string, now: number): Promise<TakenDelivery | null> =>
  db.$transaction(async (tx) => {
    const found = await tx.webhookDelivery.findUnique({ where: { id }, select: { webhookId: true } });
    if (found === null) return null;
    const { webhookId } = found;
    // Who takes another delivery of this webhook waits here.
    await tx.$executeRaw`SELECT 1 FROM webhooks WHERE id = ${webhookId} FOR UPDATE`;
    const at = new Date(now);
    const busy = { webhookId, dueAt: { not: null }, takenUntil: { gt: at } };
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

/** Removes what was asked for before that time. Returns how many rows. */
export const pruneDeliveries = async (db: ControlDb, before: number): Promise<number> => {
  const { count } = await db.webhookDelivery.deleteMany({ where: { createdAt: { lt: new Date(before) } } });
  return count;
};
