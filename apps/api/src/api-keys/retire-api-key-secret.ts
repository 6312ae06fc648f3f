import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { requireKeySight } from './api-key.policy.ts';
import { type ApiKeyRow, ApiKeyStore } from './api-key.store.ts';
import { ApiKeySecretStore } from './api-key-secret.store.ts';

/** Ends one of a key's two secrets, at the end of a rotation or to take one back. */
@Injectable()
export class RetireApiKeySecret {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(ApiKeySecretStore) private readonly secrets: ApiKeySecretStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, keyId: string, secretId: string, dryRun: boolean): Promise<void> {
    const outboxIds = await this.db.$transaction(async (tx) => {
      const key = await this.store.lock(tx, call.caller.organizationId, keyId);
      if (!key) throw notFound();
      requireKeySight(call.caller, key);
      const secret = key.secrets.find((each) => String(each.number) === secretId);
      if (!secret) throw notFound();
      if (key.secrets.length === 1) {
        const detail = 'It is the only secret that the key has. Create another one first, or revoke the key.';
        throw conflict('only_secret', detail);
      }
      return dryRun ? [] : this.retire(tx, call, key, secret.number, 'api-key.secret-retire');
    });
    for (const outboxId of outboxIds) await this.applyNow.run(outboxId);
  }

  /** Of a key that the transaction has locked, and that has another. Returns what is to be applied after the commit. */
  async retire(
    tx: ControlTx,
    call: Call,
    key: ApiKeyRow,
    number: number,
    action: 'api-key.secret-retire' | 'api-key.secret-leaked',
  ): Promise<readonly bigint[]> {
    const lastUsedAt = key.secrets.find((each) => each.number === number)?.lastUsedAt ?? null;
    await this.secrets.remove(tx, key.organizationId, key.id, number);
    await this.audit.record(tx, call, {
      action,
      resource: { kind: 'ApiKey', id: key.id },
      before: { secret: number, last_used_at: lastUsedAt?.toISOString() ?? null },
    });
    return key.cluster === null ? [] : [await addToOutbox(tx, 'api-key', key.id, this.clock.now())];
  }
}
