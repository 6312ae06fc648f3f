import { type NamedScope, type Scope, writeCrn } from '@weir/contracts/crn';
import type { Prisma } from '@weir/db/control';
import type { Caller } from '../http/call.ts';
import type { RoleBindingRow } from './role-binding.store.ts';

/** Everybody sees his own; others, who may take them away. */
export const seesBinding = ({ access, id }: Caller, row: RoleBindingRow): boolean =>
  row.principalId === id || access.allows('role-binding:manage', row.scope);

/** The same for queries. */
export const seenBindings = ({ access, id, organizationId }: Caller): Prisma.RoleBindingWhereInput => {
  const { clusterIds, environmentIds, everywhere } = access.reach('role-binding:manage');
  if (everywhere) return {};
  return {
    OR: [
      { principalId: id },
      { environmentId: { in: [...environmentIds] } },
      { clusterId: { in: [...clusterIds] } },
      ...access.namesWith('role-binding:manage').map((scope) => withinNames(organizationId, scope)),
    ],
  };
};

/** Bindings on a scope and on all that lies in it. */
export const withinScope = (organizationId: string, scope: Scope): Prisma.RoleBindingWhereInput => {
  switch (scope.kind) {
    case 'organization':
      return {};
    case 'environment':
      return { environmentId: scope.environmentId };
    case 'cluster':
      return { environmentId: scope.environmentId, clusterId: scope.clusterId };
    case 'service-account':
      return { serviceAccountId: scope.serviceAccountId === '*' ? { not: null } : scope.serviceAccountId };
    case 'topic':
    case 'group':
    case 'transactional-id':
      return withinNames(organizationId, scope);
  }
};

/** Names are encoded letter by letter, so what begins alike is written alike. */
const withinNames = (organizationId: string, scope: NamedScope): Prisma.RoleBindingWhereInput => {
  const text = writeCrn({ organizationId, scope: { ...scope, isPrefix: false } });
  return { clusterId: scope.clusterId, scope: scope.isPrefix ? { startsWith: text } : text };
};
