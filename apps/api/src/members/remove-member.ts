import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { lacks, organizationScope } from '../access/require-access.ts';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { LeaveOrganization } from './leave-organization.ts';
import { MemberStore } from './member.store.ts';

/** Membership is looked up with every request, so sessions lose the organization at once; keys and roles go with it. */
@Injectable()
export class RemoveMember {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(LeaveOrganization) private readonly leave: LeaveOrganization,
  ) {}

  async run(call: Call, userId: string): Promise<void> {
    const { access, organizationId } = call.caller;
    if (!access.allows('directory:read', organizationScope)) throw notFound();
    const outboxIds = await this.db.$transaction(async (tx) => {
      // Two administrators who remove each other wait for each other here, and one stays.
      await this.store.lock(tx, organizationId);
      if (!(await this.store.isMember(tx, organizationId, userId))) throw notFound();
      if (!access.allows('user:manage', organizationScope)) throw lacks('user:manage');
      return this.leave.run(tx, call, userId);
    });
    await this.revokeApiKey.apply(outboxIds);
  }
}
