import { randomBytes } from 'node:crypto';
import type { ControlTx } from '@weir/db/control';
import { bodyOf, type WebhookEvent } from './events.ts';

/** What waits for one webhook. The first that is more is written down as given up, so that its owner sees from when on. */
export const waitingMax = 500;

/** The same in each attempt, by which a receiver tells that it has it already. */
export const newDeliveryId = (): string => `msg_${randomBytes(18).toString('base64url')}`;

/**
 * In the transaction of what is told: from its commit on, each webhook of the organization that wants to hear of it is
 * told. How many are.
 */
export const announce = async (
  tx: ControlTx,
  organizationId: string,
  event: WebhookEvent,
  now: number,
): Promise<number> => {
  const webhooks = await tx.webhook.findMany({
    where: {
      organizationId,
      isEnabled: true,
      OR: [{ eventTypes: { isEmpty: true } }, { eventTypes: { has: event.type } }],
    },
    orderBy: { id: 'asc' },
    select: { id: true },
  });
  for (const { id: webhookId } of webhooks)
    await addDelivery(tx, { id: newDeliveryId(), organizationId, webhookId }, event, now);
  return webhooks.length;
};

/** One delivery to one webhook. */
export const addDelivery = async (
  tx: ControlTx,
  of: { readonly id: string; readonly organizationId: string; readonly webhookId: string },
  event: WebhookEvent,
  now: number,
): Promise<void> => {
  const waiting = await tx.webhookDelivery.count({
    where: { webhookId: of.webhookId, dueAt: { not: null } },
  });
  const at = new Date(now);
  if (waiting >= waitingMax && (await isLastTooMuch(tx, of.webhookId))) return;
  const state = waiting < waitingMax ? { dueAt: at } : { dueAt: null, givenUpAt: at, problem: tooMuch };
  const body = bodyOf(of.organizationId, event, now);
  const data = { ...of, ...state, eventType: event.type, body, createdAt: at };
  await tx.webhookDelivery.create({ data, select: { id: true } });
};

const tooMuch = `More than ${waitingMax} wait for this address already.`;

const isLastTooMuch = async (tx: ControlTx, webhookId: string): Promise<boolean> => {
  const last = await tx.webhookDelivery.findFirst({
    where: { webhookId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: { problem: true },
  });
  return last?.problem === tooMuch;
};
