import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ServiceAccountStore } from './service-account.store.ts';

/** Deletes a service account and revokes its keys with it, all or nothing. */
@Injectable()
export class DeleteServiceAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ServiceAccountStore) private readonly store: ServiceAccountStore,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, id: string): Promise<void> {
    if (!mayAdminister(call.caller)) throw notFound();
    const { organizationId } = call.caller;
    const outboxIds = await this.db.$transaction(async (tx) => {
      const account = await this.store.lock(tx, organizationId, id);
      if (!account) throw notFound();
      const revoked = await this.revokeApiKey.allOf(tx, call, id);
      await this.store.remove(tx, organizationId, id, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'service-account.delete',
        resource: { kind: 'ServiceAccount', id },
        before: { display_name: account.displayName },
      });
      return revoked;
    });
    await this.revokeApiKey.apply(outboxIds);
  }
}
