import { Inject, Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { CLOCK } from '../platform/tokens.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import { RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { GroupMappingStore } from '../sso/group-mapping.store.ts';
import { MemberStore } from './member.store.ts';

/**
 * What a member loses with the membership, whether she is removed or goes: roles, keys, and sessions about the
 * organization. In a transaction that has locked the organization; give what it returns to `RevokeApiKey.apply`.
 */
@Injectable()
export class LeaveOrganization {
  constructor(
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
    @Inject(GroupMappingStore) private readonly mappings: GroupMappingStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses the last person who administers the organization. */
  async run(tx: ControlTx, call: Call, userId: string): Promise<readonly bigint[]> {
    const { organizationId } = call.caller;
    const held = await this.roleBindings.of(organizationId, userId, tx);
    const unbound = await this.bindRoles.remove(tx, call, held);
    const left = await this.mappings.setGroupsOf(tx, organizationId, userId, []);
    const bindings = await this.mappings.bindingsOf(tx, organizationId, left);
    const retold = await this.bindRoles.retell(tx, organizationId, bindings);
    const revoked = await this.revokeApiKey.allOf(tx, call, userId);
    await this.store.remove(tx, organizationId, userId, new Date(this.clock.now()));
    await this.audit.record(tx, call, {
      action: 'member.delete',
      resource: { kind: 'User', id: userId },
      before: { role_names: held.map(({ roleName }) => roleName).join(', ') },
    });
    return [...revoked, ...unbound, ...retold];
  }
}
