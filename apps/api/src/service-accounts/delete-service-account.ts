import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import { requireManagedAccount } from './service-account.policy.ts';
import { ServiceAccountStore } from './service-account.store.ts';

/** Deletes a service account, and with it its keys, its roles, and those that others have on it; all or nothing. */
@Injectable()
export class DeleteServiceAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ServiceAccountStore) private readonly store: ServiceAccountStore,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(given: Call, id: string, dryRun: boolean): Promise<void> {
    const { organizationId } = given.caller;
    const outboxIds = await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const account = await this.store.lock(tx, organizationId, id);
      if (!account) throw notFound();
      requireManagedAccount(call.caller, account.id);
      const revoked = await this.revokeApiKey.allOf(tx, call, id);
      const unbound = await this.bindRoles.removeOf(tx, call, { principalId: id });
      await this.bindRoles.removeOf(tx, call, { serviceAccountId: id });
      await this.store.remove(tx, organizationId, id, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'service-account.delete',
        resource: { kind: 'ServiceAccount', id },
        before: { display_name: account.displayName },
      });
      return [...revoked, ...unbound];
    });
    if (!dryRun) await this.revokeApiKey.apply(outboxIds);
  }
}
