import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { requireKeySight } from './api-key.policy.ts';
import { type ApiKeyRow, ApiKeyStore } from './api-key.store.ts';

@Injectable()
export class UpdateApiKey {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(
    given: Call,
    id: string,
    change: { displayName: string | undefined; description: string | undefined },
    dryRun: boolean,
  ): Promise<ApiKeyRow> {
    const { organizationId } = given.caller;
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const before = await this.store.lock(tx, organizationId, id);
      if (!before) throw notFound();
      requireKeySight(call.caller, before);
      const after = {
        displayName: change.displayName ?? before.displayName,
        description: change.description ?? before.description,
      };
      await this.audit.record(tx, call, {
        action: 'api-key.update',
        resource: { kind: 'ApiKey', id },
        before: { display_name: before.displayName, description: before.description },
        after: { display_name: after.displayName, description: after.description },
      });
      return this.store.update(tx, organizationId, id, after);
    });
  }
}
