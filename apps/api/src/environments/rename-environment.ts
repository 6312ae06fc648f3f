import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, isUniqueViolation } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
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

  async run(call: Call, id: string, displayName: string): Promise<EnvironmentRow> {
    const { organizationId } = call.caller;
    const before = mayAdminister(call.caller) ? await this.store.find(organizationId, id) : null;
    if (!before) throw notFound();
    try {
      return await this.db.$transaction(async (tx) => {
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
