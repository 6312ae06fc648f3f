import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { type OrganizationRow, OrganizationStore } from './organization.store.ts';

@Injectable()
export class RenameOrganization {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(OrganizationStore) private readonly store: OrganizationStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(given: Call, id: string, displayName: string, dryRun: boolean): Promise<OrganizationRow> {
    const before = await this.store.find(given.caller.organizationId);
    if (!before || id !== before.id) throw notFound();
    requireAccess(given.caller, 'organization:update', organizationScope, 'organization:read');
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
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
