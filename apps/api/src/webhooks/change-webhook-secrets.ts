import { Inject, Injectable } from '@nestjs/common';
import { webhookSecretsMax } from '@weir/contracts/webhooks';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { MakeWebhookSecret } from './make-webhook-secret.ts';
import { type WebhookRow, type WebhookSecretRow, WebhookStore } from './webhook.store.ts';

export interface MadeWebhookSecret {
  readonly webhook: WebhookRow;
  readonly row: WebhookSecretRow;
  /** As of a webhook. */
  readonly secret: string | undefined;
}

/** A second secret signs beside the first until that is retired, so that a receiver never refuses what we send. */
@Injectable()
export class ChangeWebhookSecrets {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(WebhookStore) private readonly store: WebhookStore,
    @Inject(MakeWebhookSecret) private readonly makeSecret: MakeWebhookSecret,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  create(given: Call, id: string, dryRun: boolean): Promise<MadeWebhookSecret> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const before = await this.#locked(tx, call, id);
      const number = before.secretsMade + 1;
      const claim = await this.idempotency.claim(tx, call, String(number));
      if (!claim.fresh) return { webhook: before, row: rowOf(before, claim.resourceId), secret: undefined };
      if (before.secrets.length >= webhookSecretsMax) {
        const detail = `The webhook has ${webhookSecretsMax} live secrets, the most that there may be. Retire one that is not used any more.`;
        throw conflict('two_secrets', detail);
      }
      const { sealed, secret } = this.makeSecret.of(id, number);
      const webhook = await this.store.addSecret(tx, before, sealed);
      await this.audit.record(tx, call, {
        action: 'webhook.secret-create',
        resource: { kind: 'Webhook', id },
        after: { secret: number, live_secrets: webhook.secrets.length },
      });
      return { webhook, row: rowOf(webhook, String(number)), secret: dryRun ? undefined : secret };
    });
  }

  async retire(given: Call, id: string, number: string, dryRun: boolean): Promise<void> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const webhook = await this.#locked(tx, call, id);
      const row = rowOf(webhook, number);
      if (webhook.secrets.length === 1)
        throw conflict('last_secret', 'It is the only secret of the webhook. Create another one first.');
      await this.store.removeSecret(tx, webhook, row.number);
      await this.audit.record(tx, call, {
        action: 'webhook.secret-delete',
        resource: { kind: 'Webhook', id },
        before: { secret: row.number, live_secrets: webhook.secrets.length },
      });
    });
  }

  async #locked(tx: ControlTx, { caller }: Call, id: string): Promise<WebhookRow> {
    await this.store.lock(tx, caller.organizationId);
    const row = await this.store.find(caller.organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }
}

/** It may have been retired, or never have been. */
const rowOf = (webhook: WebhookRow, number: string): WebhookSecretRow => {
  const row = webhook.secrets.find((each) => String(each.number) === number);
  if (!row) throw notFound();
  return row;
};
