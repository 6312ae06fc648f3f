import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { type ServiceAccountRow, ServiceAccountStore } from './service-account.store.ts';

@Injectable()
export class CreateServiceAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ServiceAccountStore) private readonly store: ServiceAccountStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
  ) {}

  async run(
    given: Call,
    displayName: string,
    description: string,
    dryRun: boolean,
  ): Promise<ServiceAccountRow> {
    requireAccess(given.caller, 'service-account:manage', organizationScope, null);
    const { organizationId } = given.caller;
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const id = newId('sa');
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) {
        const before = await this.store.find(organizationId, claim.resourceId, tx);
        if (!before) throw notFound();
        return before;
      }
      await this.room.require(tx, organizationId, 'service_accounts');
      const row = await this.store.create(tx, { id, organizationId, displayName, description });
      await this.audit.record(tx, call, {
        action: 'service-account.create',
        resource: { kind: 'ServiceAccount', id },
        after: { display_name: displayName, description },
      });
      return row;
    });
  }
}
