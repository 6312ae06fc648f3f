import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, isUniqueViolation } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { type EnvironmentRow, EnvironmentStore } from './environment.store.ts';

@Injectable()
export class CreateEnvironment {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(EnvironmentStore) private readonly store: EnvironmentStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
  ) {}

  async run(given: Call, displayName: string, dryRun: boolean): Promise<EnvironmentRow> {
    requireAccess(given.caller, 'environment:create', organizationScope, null);
    const { organizationId } = given.caller;
    const id = newId('env');
    try {
      return await changeOrTry(this.db, given, dryRun, async (tx, call) => {
        const claim = await this.idempotency.claim(tx, call, id);
        if (!claim.fresh) return await this.#find(tx, organizationId, claim.resourceId);
        await this.room.require(tx, organizationId, 'environments');
        await this.store.create(tx, { id, organizationId, displayName });
        await this.audit.record(tx, call, {
          action: 'environment.create',
          resource: { kind: 'Environment', id },
          after: { display_name: displayName },
        });
        return await this.#find(tx, organizationId, id);
      });
    } catch (cause) {
      throw isUniqueViolation(cause) ? nameTaken(displayName) : cause;
    }
  }

  async #find(tx: ControlTx, organizationId: string, id: string): Promise<EnvironmentRow> {
    const row = await this.store.find(organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }
}

export const nameTaken = (displayName: string) =>
  conflict('name_taken', `There is an environment named ${displayName} already. Choose another name.`);
