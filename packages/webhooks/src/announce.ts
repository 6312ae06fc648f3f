import { randomBytes } from 'node:crypto';
import type { ControlTx } from '@weir/db/control';
import { bodyOf, type WebhookEvent } from './events.ts';

/** What waits for one webhook. More is written down as given up, so that its owner sees what was not told. */
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
  const state =
    waiting < waitingMax
      ? { dueAt: at }
      : { dueAt: null, givenUpAt: at, problem: `More than ${waitingMax} wait for this address already.` };
  const body = bodyOf(of.organizationId, event, now);
  const data = { ...of, ...state, eventType: event.type, body, createdAt: at };
  await tx.webhookDelivery.create({ data, select: { id: true } });
};
