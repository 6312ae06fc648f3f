import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { requireAccess } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { BindRoles } from './bind-roles.ts';
import { seesBinding } from './role-binding.policy.ts';
import { type RoleBindingRow, RoleBindingStore } from './role-binding.store.ts';

/** Takes a role away. When the reply is there the cells know it, unless they did not answer. */
@Injectable()
export class DeleteRoleBinding {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(RoleBindingStore) private readonly store: RoleBindingStore,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
  ) {}

  async run(call: Call, id: string, dryRun: boolean): Promise<RoleBindingRow> {
    const { caller } = call;
    const { outboxIds, row } = await this.db.$transaction(async (tx) => {
      await this.store.lock(tx, caller.organizationId);
      const found = await this.store.find(caller.organizationId, id, tx);
      if (!found || !seesBinding(caller, found)) throw notFound();
      requireAccess(caller, 'role-binding:manage', found.scope, null);
      if (!dryRun) return { row: found, outboxIds: await this.bindRoles.remove(tx, call, [found]) };
      await this.bindRoles.requireRemovable(tx, [found]);
      return { row: found, outboxIds: [] };
    });
    await this.bindRoles.apply(outboxIds);
    return row;
  }
}
