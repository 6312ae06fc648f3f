import { Inject, Injectable } from '@nestjs/common';
import { type GroupMappingInput, groupMappingsMax } from '@weir/contracts/single-sign-on';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { organizationScope, requireAccess, requireSight } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, forbidden, invalid, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import { RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { readGroupFilter, writeGroupFilter } from './group-filter.ts';
import { type GroupMappingRow, GroupMappingStore } from './group-mapping.store.ts';

export interface GroupMappingChange {
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly filter?: string | undefined;
}

/**
 * Whom roles of groups mean. Who changes that gives roles to people, so it takes the right to look after people and each
 * of the roles that are bound on the mapping.
 */
@Injectable()
export class ChangeGroupMappings {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(GroupMappingStore) private readonly store: GroupMappingStore,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async create(call: Call, input: GroupMappingInput): Promise<GroupMappingRow> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    const { organizationId } = call.caller;
    const groups = groupsOf(input.filter);
    const id = newId('group');
    return this.db.$transaction(async (tx) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return this.#found(tx, organizationId, claim.resourceId);
      await this.roleBindings.lock(tx, organizationId);
      if ((await this.store.count(tx, organizationId)) >= groupMappingsMax) {
        throw conflict('limit_reached', `There are ${groupMappingsMax} group mappings. Remove one first.`);
      }
      const { description, display_name: displayName } = input;
      const made = await this.store.create(tx, { id, organizationId, displayName, description, groups });
      await this.store.refill(tx, made);
      await this.audit.record(tx, call, {
        action: 'group-mapping.create',
        resource: { kind: 'GroupMapping', id },
        after: detailOf(made),
      });
      return this.#found(tx, organizationId, id);
    });
  }

  async update(call: Call, id: string, change: GroupMappingChange): Promise<GroupMappingRow> {
    requireSight(call.caller, 'directory:read', organizationScope);
    const { organizationId } = call.caller;
    const { outboxIds, row } = await this.db.$transaction(async (tx) => {
      await this.roleBindings.lock(tx, organizationId);
      const before = await this.#found(tx, organizationId, id);
      requireAccess(call.caller, 'user:manage', organizationScope, null);
      const bindings = await this.store.bindingsOf(tx, organizationId, [id]);
      const beyond = bindings.find(({ roleName, scope }) => !call.caller.access.mayGrant(roleName, scope));
      if (beyond !== undefined) {
        throw forbidden(`The mapping has the role ${beyond.roleName} where you may not give it.`);
      }
      const { description = before.description, displayName = before.displayName, filter } = change;
      const groups = filter === undefined ? before.groups : groupsOf(filter);
      const after = await this.store.update(tx, organizationId, id, { description, displayName, groups });
      const isOthers = await this.store.refill(tx, after);
      await this.audit.record(tx, call, {
        action: 'group-mapping.update',
        resource: { kind: 'GroupMapping', id },
        before: detailOf(before),
        after: detailOf(after),
      });
      return {
        row: await this.#found(tx, organizationId, id),
        outboxIds: isOthers ? await this.bindRoles.retell(tx, organizationId, bindings) : [],
      };
    });
    await this.bindRoles.apply(outboxIds);
    return row;
  }

  async remove(call: Call, id: string): Promise<void> {
    requireSight(call.caller, 'directory:read', organizationScope);
    const { organizationId } = call.caller;
    const outboxIds = await this.db.$transaction(async (tx) => {
      await this.roleBindings.lock(tx, organizationId);
      const before = await this.#found(tx, organizationId, id);
      requireAccess(call.caller, 'user:manage', organizationScope, null);
      const unbound = await this.bindRoles.removeOf(tx, call, { principalId: id });
      await this.store.remove(tx, organizationId, id);
      await this.audit.record(tx, call, {
        action: 'group-mapping.delete',
        resource: { kind: 'GroupMapping', id },
        before: detailOf(before),
      });
      return unbound;
    });
    await this.bindRoles.apply(outboxIds);
  }

  async #found(tx: ControlTx, organizationId: string, id: string): Promise<GroupMappingRow> {
    const row = await this.store.find(organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }
}

const groupsOf = (filter: string): string[] => {
  const read = readGroupFilter(filter);
  if (!read.ok) throw invalid(read.problem, '/filter');
  return [...read.groups];
};

const detailOf = ({ displayName, groups }: Pick<GroupMappingRow, 'displayName' | 'groups'>) => ({
  display_name: displayName,
  filter: writeGroupFilter(groups),
});
