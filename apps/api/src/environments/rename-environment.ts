import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, isUniqueViolation } from '@weir/db/control';
import { environmentScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { nameTaken } from './create-environment.ts';
import { type EnvironmentRow, EnvironmentStore } from './environment.store.ts';

@Injectable()
export class RenameEnvironment {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(EnvironmentStore) private readonly store: EnvironmentStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(given: Call, id: string, displayName: string, dryRun: boolean): Promise<EnvironmentRow> {
    const { organizationId } = given.caller;
    const before = await this.store.find(organizationId, id);
    if (!before) throw notFound();
    requireAccess(given.caller, 'environment:update', environmentScope(id), 'environment:read');
    try {
      return await changeOrTry(this.db, given, dryRun, async (tx, call) => {
        const row = await this.store.rename(tx, organizationId, id, displayName);
        await this.audit.record(tx, call, {
          action: 'environment.update',
          resource: { kind: 'Environment', id },
          before: { display_name: before.displayName },
          after: { display_name: displayName },
        });
        return row;
      });
    } catch (cause) {
      throw isUniqueViolation(cause) ? nameTaken(displayName) : cause;
    }
  }
}
