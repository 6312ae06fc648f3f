import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { type OrganizationRow, OrganizationStore } from './organization.store.ts';

@Injectable()
export class RenameOrganization {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(OrganizationStore) private readonly store: OrganizationStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(call: Call, id: string, displayName: string): Promise<OrganizationRow> {
    const before = await this.store.find(call.caller.organizationId);
    if (!before || !mayAdminister(call.caller) || id !== before.id) throw notFound();
    return this.db.$transaction(async (tx) => {
      await this.audit.record(tx, call, {
        action: 'organization.update',
        resource: { kind: 'Organization', id },
        before: { display_name: before.displayName },
        after: { display_name: displayName },
      });
      return this.store.rename(tx, id, displayName);
    });
  }
}
