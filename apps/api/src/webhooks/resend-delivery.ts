import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { waitingMax } from '@weir/webhooks/announce';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { WebhookStore } from './webhook.store.ts';
import { type WebhookDeliveryRow, WebhookDeliveryStore } from './webhook-delivery.store.ts';

/** Has a webhook told once more of what it was told, or was to be, as it was written down then. */
@Injectable()
export class ResendDelivery {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(WebhookDeliveryStore) private readonly deliveries: WebhookDeliveryStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run(given: Call, webhookId: string, id: string, dryRun: boolean): Promise<WebhookDeliveryRow> {
    const { organizationId } = given.caller;
    const of = { organizationId, webhookId };
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, organizationId);
      const before = await this.#find(tx, of, id);
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return before;
      await this.#makeDue(tx, call, before);
      return this.#find(tx, of, id);
    });
  }

  async #makeDue(tx: ControlTx, call: Call, before: WebhookDeliveryRow): Promise<void> {
    const { organizationId, webhookId } = before;
    const webhook = await this.store.find(organizationId, webhookId, tx);
    if (webhook?.isEnabled !== true)
      throw conflict('webhook_disabled', 'The webhook is switched off. Switch it on to tell it of anything.');
    const waiting = await this.deliveries.waiting(tx, { organizationId, webhookId }, waitingMax);
    if (before.dueAt === null && waiting >= waitingMax)
      throw conflict('limit_reached', `${waitingMax} wait for this address already. Send it again later.`);
    await this.deliveries.makeDue(tx, before, new Date(this.clock.now()));
    await this.audit.record(tx, call, {
      action: 'webhook.resend',
      resource: { kind: 'Webhook', id: webhookId },
      after: { delivery: before.id, event_type: before.eventType },
    });
  }

  async #find(
    tx: ControlTx,
    of: { readonly organizationId: string; readonly webhookId: string },
    id: string,
  ): Promise<WebhookDeliveryRow> {
    const row = await this.deliveries.find(tx, of, id);
    if (!row) throw notFound();
    return row;
  }
}
