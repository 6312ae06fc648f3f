import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { requireManagedAccount } from './service-account.policy.ts';
import { type ServiceAccountRow, ServiceAccountStore } from './service-account.store.ts';

@Injectable()
export class UpdateServiceAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ServiceAccountStore) private readonly store: ServiceAccountStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(
    given: Call,
    id: string,
    change: { displayName: string | undefined; description: string | undefined },
    dryRun: boolean,
  ): Promise<ServiceAccountRow> {
    const { organizationId } = given.caller;
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const before = await this.store.lock(tx, organizationId, id);
      if (!before) throw notFound();
      requireManagedAccount(call.caller, before.id);
      const after = {
        displayName: change.displayName ?? before.displayName,
        description: change.description ?? before.description,
      };
      await this.audit.record(tx, call, {
        action: 'service-account.update',
        resource: { kind: 'ServiceAccount', id },
        before: { display_name: before.displayName, description: before.description },
        after: { display_name: after.displayName, description: after.description },
      });
      return this.store.update(tx, organizationId, id, after);
    });
  }
}
