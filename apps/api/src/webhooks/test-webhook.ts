import { Inject, Injectable } from '@nestjs/common';
import { webhookTestMsMin } from '@weir/contracts/webhooks';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { addDelivery, newDeliveryId } from '@weir/webhooks/announce';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound, tooMany } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { WebhookStore } from './webhook.store.ts';
import { type WebhookDeliveryRow, WebhookDeliveryStore } from './webhook-delivery.store.ts';

/** Has a webhook told of a test, by the way that every event goes. */
@Injectable()
export class TestWebhook {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(WebhookDeliveryStore) private readonly deliveries: WebhookDeliveryStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run(given: Call, webhookId: string, dryRun: boolean): Promise<WebhookDeliveryRow> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    const id = newDeliveryId();
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, organizationId);
      if (!(await this.store.find(organizationId, webhookId, tx))) throw notFound();
      const claim = await this.idempotency.claim(tx, call, id);
      if (claim.fresh) await this.#add(tx, call, { id, organizationId, webhookId });
      const of = { organizationId, webhookId };
      const row = await this.deliveries.find(tx, of, claim.fresh ? id : claim.resourceId);
      if (!row) throw notFound();
      return row;
    });
  }

  async #add(
    tx: ControlTx,
    call: Call,
    of: { readonly id: string; readonly organizationId: string; readonly webhookId: string },
  ): Promise<void> {
    const { organizationId, webhookId } = of;
    const now = this.clock.now();
    const webhook = await this.store.find(organizationId, webhookId, tx);
    if (webhook?.isEnabled !== true)
      throw conflict('webhook_disabled', 'The webhook is switched off. Switch it on to test it.');
    const since = new Date(now - webhookTestMsMin);
    if (await this.deliveries.isTestedSince(tx, { organizationId, webhookId }, since)) {
      const seconds = webhookTestMsMin / 1_000;
      throw tooMany(`A webhook is tested every ${seconds} seconds at most. Wait a little.`, seconds);
    }
    await addDelivery(tx, of, { type: 'webhook.test', data: { webhook: webhookId } }, now);
    await this.audit.record(tx, call, {
      action: 'webhook.test',
      resource: { kind: 'Webhook', id: webhookId },
      after: { delivery: of.id },
    });
  }
}
