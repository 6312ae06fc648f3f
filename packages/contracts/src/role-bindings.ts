import { z } from 'zod';
import { crnLengthMax } from './crn.ts';
import { DryRunQuery, head, list, PageQuery } from './envelope.ts';
import { RoleBindingId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { filterText, plainLine } from './plain-text.ts';
import { CloudPermission, RoleName } from './roles.ts';

const principal = z
  .string()
  .regex(
    /^User:(u|sa|group)-[a-z0-9]{1,64}$/,
    'A principal is `User:` and the id of a person, a service account or a group mapping.',
  )
  .meta({ example: 'User:sa-91xk2d' });

const crnPattern = plainLine(z.string().min(1).max(crnLengthMax)).meta({
  description: 'What the role is bound on. A `*` at the end of a name stands for any ending.',
  example:
    'crn://weir/organization=1d1f9a2e-9a52-4d0c-9a43-0f6a3a2f7a11/environment=env-7k2m9x/cloud-cluster=lkc-4q8wz1/kafka=lkc-4q8wz1/topic=orders-*',
});

export const RoleBinding = z
  .object({
    ...head('iam/v2', 'RoleBinding'),
    id: RoleBindingId,
    principal: z.string(),
    role_name: RoleName,
    crn_pattern: z.string(),
  })
  .meta({ id: 'RoleBinding' });
export type RoleBinding = z.infer<typeof RoleBinding>;

export const RoleBindingInput = z
  .object({ principal, role_name: RoleName, crn_pattern: crnPattern })
  .meta({ id: 'RoleBindingInput' });
export type RoleBindingInput = z.output<typeof RoleBindingInput>;

const common = { tag: 'Access', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: RoleBindingId });

export const listRoleBindings = defineOperation({
  ...common,
  id: 'listRoleBindings',
  method: 'GET',
  path: '/iam/v2/role-bindings',
  summary: 'Who has which role, on something and on all that lies in it; newest first.',
  query: PageQuery.extend({
    crn_pattern: crnPattern.describe('Only bindings on this, and on what lies in it.'),
    principal: filterText.optional().describe('Only bindings of this principal.'),
    role_name: filterText.optional().describe('Only bindings of this role.'),
  }),
  status: 200,
  response: list('iam/v2', 'RoleBindingList', RoleBinding),
});

export const createRoleBinding = defineOperation({
  ...common,
  id: 'createRoleBinding',
  method: 'POST',
  path: '/iam/v2/role-bindings',
  summary: 'Give somebody a role. Nobody gives more than he has himself. In force everywhere within 5 s.',
  query: DryRunQuery,
  body: RoleBindingInput,
  status: 201,
  response: RoleBinding,
});

export const getRoleBinding = defineOperation({
  ...common,
  id: 'getRoleBinding',
  method: 'GET',
  path: '/iam/v2/role-bindings/{id}',
  summary: 'One role binding.',
  params,
  status: 200,
  response: RoleBinding,
});

export const deleteRoleBinding = defineOperation({
  ...common,
  id: 'deleteRoleBinding',
  method: 'DELETE',
  path: '/iam/v2/role-bindings/{id}',
  summary: 'Take a role away. The last OrganizationAdmin cannot go. In force everywhere within 5 s.',
  params,
  query: DryRunQuery,
  status: 200,
  response: RoleBinding,
});

export const getEffectivePermissions = defineOperation({
  ...common,
  id: 'getEffectivePermissions',
  method: 'GET',
  path: '/iam/v2/effective-permissions',
  summary: 'What you may do with something in the control plane, by all of your roles.',
  query: z.object({
    crn_pattern: crnPattern.describe('The organization, or something in it.'),
  }),
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('EffectivePermissions'),
      crn_pattern: z.string(),
      permissions: z.array(CloudPermission).describe('Empty also where there is nothing, or nothing to see.'),
      grantable_roles: z.array(RoleName).describe('Roles that you may bind on exactly this.'),
    })
    .meta({ id: 'EffectivePermissions' }),
});
