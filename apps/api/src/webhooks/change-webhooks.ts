import { Inject, Injectable } from '@nestjs/common';
import { webhooksMax } from '@weir/contracts/webhooks';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { ForbiddenAddress, requireAllowedUrl } from '@weir/runtime/guarded-fetch';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { MakeWebhookSecret } from './make-webhook-secret.ts';
import { type WantedWebhook, type WebhookChange, type WebhookRow, WebhookStore } from './webhook.store.ts';
import { WebhookDeliveryStore } from './webhook-delivery.store.ts';

export interface MadeWebhook {
  readonly row: WebhookRow;
  /** undefined when it was made by an earlier request with this Idempotency-Key, or only tried. */
  readonly secret: string | undefined;
}

type Wish = { readonly [Field in keyof WantedWebhook]: WantedWebhook[Field] | undefined } & {
  readonly isEnabled: boolean | undefined;
};

/** Where a webhook leads is looked at each time it is told something; here only what its address itself says. */
@Injectable()
export class ChangeWebhooks {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(WebhookDeliveryStore) private readonly deliveries: WebhookDeliveryStore,
    @Inject(MakeWebhookSecret) private readonly makeSecret: MakeWebhookSecret,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  create(given: Call, wanted: WantedWebhook, dryRun: boolean): Promise<MadeWebhook> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, null);
    this.#requireUrl(wanted.url);
    const id = newId('wh');
    const { sealed, secret } = this.makeSecret.of(id, 1);
    return this.#changed(given, dryRun, async (tx, call) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return { row: await this.#find(tx, call, claim.resourceId), secret: undefined };
      if ((await this.store.count(tx, organizationId)) >= webhooksMax)
        throw conflict('limit_reached', `An organization has at most ${webhooksMax} webhooks.`);
      const row = await this.store.create(tx, { id, organizationId }, wanted, sealed);
      const resource = { kind: 'Webhook', id };
      await this.audit.record(tx, call, { action: 'webhook.create', resource, after: detailOf(row) });
      return { row, secret: dryRun ? undefined : secret };
    });
  }

  async update(given: Call, id: string, wish: Wish, dryRun: boolean): Promise<WebhookRow> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    if (wish.url !== undefined) this.#requireUrl(wish.url);
    const { row } = await this.#changed(given, dryRun, async (tx, call) => {
      const before = await this.#find(tx, call, id);
      const changed = await this.store.update(tx, before, changeOf(before, wish, this.clock.now()));
      if (before.isEnabled && !changed.isEnabled) {
        const of = { organizationId: before.organizationId, webhookId: id };
        await this.deliveries.giveUpWaiting(tx, of, new Date(this.clock.now()));
      }
      await this.audit.record(tx, call, {
        action: 'webhook.update',
        resource: { kind: 'Webhook', id },
        before: detailOf(before),
        after: { ...detailOf(changed), is_url_new: changed.url !== before.url },
      });
      return { row: changed, secret: undefined };
    });
    return row;
  }

  async remove(given: Call, id: string, dryRun: boolean): Promise<void> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    await this.#changed(given, dryRun, async (tx, call) => {
      const row = await this.#find(tx, call, id);
      await this.store.remove(tx, row.organizationId, id);
      const resource = { kind: 'Webhook', id };
      await this.audit.record(tx, call, { action: 'webhook.delete', resource, before: detailOf(row) });
      return { row, secret: undefined };
    });
  }

  #requireUrl(url: string): void {
    try {
      requireAllowedUrl(new URL(url), this.settings.webhooksAllowLoopback);
    } catch (cause) {
      if (cause instanceof ForbiddenAddress) throw invalid(cause.message, '/spec/url');
      throw cause;
    }
  }

  #changed(
    given: Call,
    dryRun: boolean,
    change: (tx: ControlTx, call: Call) => Promise<MadeWebhook>,
  ): Promise<MadeWebhook> {
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, call.caller.organizationId);
      return change(tx, call);
    });
  }

  async #find(tx: ControlTx, { caller }: Call, id: string): Promise<WebhookRow> {
    const row = await this.store.find(caller.organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }
}

/** Another address, and being switched on, are a new beginning. */
const changeOf = (before: WebhookRow, wish: Wish, now: number): WebhookChange => {
  const isEnabled = wish.isEnabled ?? before.isEnabled;
  const url = wish.url ?? before.url;
  const isNew = url !== before.url || (isEnabled && !before.isEnabled);
  return {
    displayName: wish.displayName ?? before.displayName,
    url,
    eventTypes: wish.eventTypes ?? before.eventTypes,
    isEnabled,
    disabledReason: isEnabled ? null : (before.disabledReason ?? 'BY_HAND'),
    failingSince: isNew ? null : before.failingSince,
    updatedAt: new Date(now),
  };
};

/** Of an address only its server: the rest may well be a secret of whoever runs that. */
const detailOf = (row: WebhookRow) => ({
  display_name: row.displayName,
  server: new URL(row.url).origin,
  event_types: row.eventTypes.join(' '),
  enabled: row.isEnabled,
});
