import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createRoleBinding,
  deleteRoleBinding,
  getEffectivePermissions,
  getRoleBinding,
  listRoleBindings,
  RoleBinding,
} from '@weir/contracts/role-bindings';
import { CloudPermission, RoleName, roles } from '@weir/contracts/roles';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { CreateRoleBinding } from './create-role-binding.ts';
import { DeleteRoleBinding } from './delete-role-binding.ts';
import { FindScope } from './find-scope.ts';
import { seenBindings, seesBinding, withinScope } from './role-binding.policy.ts';
import { type RoleBindingRow, RoleBindingStore } from './role-binding.store.ts';

const path = '/iam/v2/role-bindings';

@Controller()
export class RoleBindingsController {
  constructor(
    @Inject(RoleBindingStore) private readonly store: RoleBindingStore,
    @Inject(FindScope) private readonly findScope: FindScope,
    @Inject(CreateRoleBinding) private readonly createBinding: CreateRoleBinding,
    @Inject(DeleteRoleBinding) private readonly deleteBinding: DeleteRoleBinding,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listRoleBindings)
  async list(
    @TheCall(listRoleBindings) { caller }: Call,
    @Input(listRoleBindings) { query }: InputOf<typeof listRoleBindings>,
  ): Promise<ResponseOf<typeof listRoleBindings>> {
    const request = pageRequest(query);
    const { crn_pattern, principal, role_name } = query;
    const scope = this.findScope.read(caller, crn_pattern, 'query');
    const asked = {
      ...(principal === undefined ? {} : { principalId: principal.replace(/^User:/, '') }),
      ...(role_name === undefined ? {} : { roleName: role_name }),
    };
    const { organizationId } = caller;
    const page = scope
      ? await this.store.list(
          organizationId,
          { AND: [asked, withinScope(organizationId, scope), seenBindings(caller)] },
          request,
        )
      : { rows: [], total: 0 };
    const filters = { crn_pattern, principal, role_name };
    const { rows, metadata } = presentPage(page, request, this.links, path, filters);
    const data = rows.map((row) => this.#present(row));
    return { api_version: 'iam/v2', kind: 'RoleBindingList', metadata, data };
  }

  @Handles(createRoleBinding)
  async create(
    @TheCall(createRoleBinding) call: Call,
    @Input(createRoleBinding) { body, query }: InputOf<typeof createRoleBinding>,
  ): Promise<ResponseOf<typeof createRoleBinding>> {
    return this.#present(await this.createBinding.run(call, body, query.dry_run));
  }

  @Handles(getRoleBinding)
  async get(
    @TheCall(getRoleBinding) { caller }: Call,
    @Input(getRoleBinding) { params }: InputOf<typeof getRoleBinding>,
  ): Promise<ResponseOf<typeof getRoleBinding>> {
    const row = await this.store.find(caller.organizationId, params.id);
    if (!row || !seesBinding(caller, row)) throw notFound();
    return this.#present(row);
  }

  @Handles(deleteRoleBinding)
  async delete(
    @TheCall(deleteRoleBinding) call: Call,
    @Input(deleteRoleBinding) { params, query }: InputOf<typeof deleteRoleBinding>,
  ): Promise<ResponseOf<typeof deleteRoleBinding>> {
    return this.#present(await this.deleteBinding.run(call, params.id, query.dry_run));
  }

  @Handles(getEffectivePermissions)
  async permissions(
    @TheCall(getEffectivePermissions) { caller }: Call,
    @Input(getEffectivePermissions) { query }: InputOf<typeof getEffectivePermissions>,
  ): Promise<ResponseOf<typeof getEffectivePermissions>> {
    const { crn_pattern } = query;
    const scope = this.findScope.read(caller, crn_pattern, 'query');
    const empty = { api_version: 'iam/v2', kind: 'EffectivePermissions', crn_pattern } as const;
    if (scope === null || !(await this.findScope.isSeen(caller, scope))) {
      return { ...empty, permissions: [], grantable_roles: [] };
    }
    const { access } = caller;
    const permissions = CloudPermission.options.filter((permission) => access.allows(permission, scope));
    const grantable_roles = RoleName.options.filter(
      (name) => roles[name].boundOn.includes(scope.kind) && access.mayGrant(name, scope),
    );
    return { ...empty, permissions, grantable_roles };
  }

  #present(row: RoleBindingRow): RoleBinding {
    const name = this.links.resourceName(['organization', row.organizationId], ['role-binding', row.id]);
    const dates = { createdAt: row.createdAt, updatedAt: row.createdAt };
    return RoleBinding.parse({
      api_version: 'iam/v2',
      kind: 'RoleBinding',
      id: row.id,
      metadata: this.links.metadata(`${path}/${row.id}`, name, dates),
      principal: `User:${row.principalId}`,
      role_name: row.roleName,
      crn_pattern: row.crnPattern,
    });
  }
}
