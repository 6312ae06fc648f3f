import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { MemberStore } from './member.store.ts';

/** Membership is looked up with every request, so sessions lose the organization at once; keys go with it. */
@Injectable()
export class RemoveMember {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, userId: string): Promise<void> {
    if (!mayAdminister(call.caller)) throw notFound();
    const { organizationId } = call.caller;
    const outboxIds = await this.db.$transaction(async (tx) => {
      // Two administrators who remove each other wait for each other here, and one stays.
      await this.store.lock(tx, organizationId);
      const role = await this.store.roleOf(tx, organizationId, userId);
      if (role === null) throw notFound();
      if (role === 'OrganizationAdmin' && (await this.store.countAdmins(tx, organizationId)) < 2) {
        throw conflict('last_admin', 'The last OrganizationAdmin cannot go. Invite another one first.');
      }
      const revoked = await this.revokeApiKey.allOf(tx, call, userId);
      await this.store.remove(tx, organizationId, userId, new Date(this.clock.now()));
      await this.audit.record(tx, call, {
        action: 'member.delete',
        resource: { kind: 'User', id: userId },
        before: { role_name: role },
      });
      return revoked;
    });
    await this.revokeApiKey.apply(outboxIds);
  }
}
