import { randomUUID } from 'node:crypto';
import { appendEvent } from '@weir/audit-log/append-event.store';
import type { SendDelivery } from '@weir/contracts/jobs/webhook';
import type { ControlTx } from '@weir/db/control';
import { tellPayers } from '@weir/mail/people-of-roles.store';
import { unseal } from '@weir/runtime/seal';
import { webhookSecretPurpose } from '@weir/webhooks/signature';
import type { WorkerDeps } from '../deps.ts';
import {
  markDelivered,
  markTried,
  type Outcome,
  switchOff,
  type TakenDelivery,
  takeDelivery,
} from './delivery.store.ts';
import { type Step, stepAfter } from './delivery-plan.ts';
import { postDelivery } from './post-delivery.ts';

/**
 * Makes one attempt to tell a webhook of an event. Comes at least once, as a mail does: what was taken is left alone, and
 * an attempt that ended without a word is repeated.
 */
export const sendDelivery = async (deps: WorkerDeps, { deliveryId }: SendDelivery): Promise<void> => {
  const { clock, db, logger, metrics, outside } = deps;
  const delivery = await takeDelivery(db, deliveryId, clock.now());
  if (delivery === null) return;
  const { webhook } = delivery;
  const secrets = secretsOf(deps, delivery);
  const posted = { id: delivery.id, url: webhook.url, body: delivery.body };
  const outcome =
    secrets === null ? unsealable : await postDelivery(outside, { ...posted, secrets }, clock.now());
  const now = clock.now();
  const failingSinceMs = webhook.failingSince?.getTime() ?? null;
  const step = stepAfter(
    { attempts: delivery.attempts, httpStatus: outcome.httpStatus, failingSinceMs },
    now,
  );
  await db.$transaction((tx) => apply(tx, delivery, outcome, step, now));
  metrics.webhook(delivery.eventType, step.step);
  // Its address is a tenant's text, and stays out of the log.
  const fields = { deliveryId, webhookId: webhook.id, attempts: delivery.attempts, ...outcome };
  if (step.step === 'delivered') logger.info(fields, 'webhook told');
  else logger.warn({ ...fields, step: step.step }, 'a webhook could not be told');
};

const unsealable: Outcome = {
  httpStatus: null,
  problem: 'Its secrets cannot be opened any more. Rotate them, and retire the old ones.',
};

/** Null: they were sealed by an installation with another secret of its own. */
const secretsOf = ({ logger, mail }: WorkerDeps, { webhook }: TakenDelivery): readonly string[] | null => {
  try {
    return webhook.secrets.map(({ number, sealed }) =>
      unseal(mail.authSecret, webhookSecretPurpose, `${webhook.id} ${number}`, sealed),
    );
  } catch (cause) {
    logger.error({ err: cause, webhookId: webhook.id }, 'secrets of a webhook cannot be opened');
    return null;
  }
};

const apply = async (
  tx: ControlTx,
  delivery: TakenDelivery,
  outcome: Outcome,
  step: Step,
  now: number,
): Promise<void> => {
  if (step.step === 'delivered') return markDelivered(tx, delivery, outcome, now);
  await markTried(tx, delivery, outcome, now, step.step === 'again' ? step.atMs : null);
  if (step.step !== 'switched off') return;
  const { organizationId, webhook } = delivery;
  const { id } = webhook;
  if (!(await switchOff(tx, id, step.reason, now))) return;
  await appendEvent(tx, {
    ...{ organizationId, time: new Date(now), action: 'webhook.disable', outcome: 'SUCCESS' },
    // Nobody of ours asked for it: its server did, by what it answered.
    ...{
      actorKind: 'System',
      actorId: 'webhook-delivery',
      via: 'https',
      sourceIp: null,
      requestId: randomUUID(),
    },
    ...{ resourceKind: 'Webhook', resourceId: id },
    ...{ before: { enabled: true }, after: { enabled: false, disabled_reason: step.reason } },
  });
  const params = { webhookId: id, reason: step.reason };
  await tellPayers(tx, organizationId, { kind: 'webhook-notice', params }, now);
};
