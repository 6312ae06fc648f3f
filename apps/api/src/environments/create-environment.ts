import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, isUniqueViolation } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, forbidden, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
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

  async run(call: Call, displayName: string): Promise<EnvironmentRow> {
    if (!mayAdminister(call.caller)) throw forbidden('Only an OrganizationAdmin creates environments.');
    const { organizationId } = call.caller;
    const id = newId('env');
    const made = await this.#insert(call, id, organizationId, displayName);
    const row = await this.store.find(organizationId, made);
    if (!row) throw notFound();
    return row;
  }

  async #insert(call: Call, id: string, organizationId: string, displayName: string): Promise<string> {
    try {
      return await this.db.$transaction(async (tx) => {
        const claim = await this.idempotency.claim(tx, call, id);
        if (!claim.fresh) return claim.resourceId;
        await this.room.require(tx, organizationId, 'environments');
        await this.store.create(tx, { id, organizationId, displayName });
        await this.audit.record(tx, call, {
          action: 'environment.create',
          resource: { kind: 'Environment', id },
          after: { display_name: displayName },
        });
        return id;
      });
    } catch (cause) {
      throw isUniqueViolation(cause) ? nameTaken(displayName) : cause;
    }
  }
}

export const nameTaken = (displayName: string) =>
  conflict('name_taken', `There is an environment named ${displayName} already. Choose another name.`);
