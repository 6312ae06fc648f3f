import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { requireKeySight } from './api-key.policy.ts';
import { type ApiKeyRow, ApiKeyStore } from './api-key.store.ts';
import { ApiKeySecretStore } from './api-key-secret.store.ts';

@Injectable()
export class RevokeApiKey {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(ApiKeySecretStore) private readonly secrets: ApiKeySecretStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, id: string, dryRun: boolean): Promise<void> {
    const outboxIds = await this.db.$transaction(async (tx) => {
      const key = await this.store.lock(tx, call.caller.organizationId, id);
      if (!key) throw notFound();
      requireKeySight(call.caller, key);
      return dryRun ? [] : this.revoke(tx, call, key);
    });
    await this.apply(outboxIds);
  }

  /** All keys of one owner, in the caller's transaction. Give what it returns to `apply` after the commit. */
  async allOf(tx: ControlTx, call: Call, ownerId: string): Promise<readonly bigint[]> {
    const outboxIds: bigint[] = [];
    for (const { id } of await this.store.idsOf(tx, call.caller.organizationId, ownerId)) {
      outboxIds.push(...(await this.byId(tx, call, id)));
    }
    return outboxIds;
  }

  /** The same of one, if it is there still, also of a deleted cluster that can be restored. */
  async byId(tx: ControlTx, call: Call, id: string): Promise<readonly bigint[]> {
    const key = await this.store.lockKept(tx, call.caller.organizationId, id);
    return key ? this.revoke(tx, call, key) : [];
  }

  async apply(outboxIds: readonly bigint[]): Promise<void> {
    for (const outboxId of outboxIds) await this.applyNow.run(outboxId);
  }

  /** A key that the transaction has locked. Give what it returns to `apply` after the commit. */
  async revoke(tx: ControlTx, call: Call, key: ApiKeyRow): Promise<readonly bigint[]> {
    await this.store.revoke(tx, key.organizationId, key.id, this.clock.now());
    await this.secrets.removeAll(tx, key.organizationId, key.id);
    await this.audit.record(tx, call, {
      action: 'api-key.delete',
      resource: { kind: 'ApiKey', id: key.id },
      before: { owner: key.ownerId, resource: key.cluster?.id ?? 'cloud' },
    });
    return key.cluster ? [await addToOutbox(tx, 'api-key', key.id, this.clock.now())] : [];
  }
}
