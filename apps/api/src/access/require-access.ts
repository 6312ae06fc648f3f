import type { ClusterScope, Scope } from '@weir/contracts/crn';
import { type Permission, RoleName, roles } from '@weir/contracts/roles';
import type { Caller } from '../http/call.ts';
import { forbidden, notFound, type Refused } from '../http/refused.ts';

export const organizationScope: Scope = { kind: 'organization' };

export const environmentScope = (environmentId: string): Scope => ({ kind: 'environment', environmentId });

export const clusterScope = (row: { readonly id: string; readonly environmentId: string }): ClusterScope => ({
  kind: 'cluster',
  environmentId: row.environmentId,
  clusterId: row.id,
});

export const serviceAccountScope = (serviceAccountId: string): Scope => ({
  kind: 'service-account',
  serviceAccountId,
});

/**
 * Refuses who may not do it: with 403 who may see what it is about, or where it is about nothing in particular
 * (`look` null), and everybody else as if there were no such thing.
 */
export const requireAccess = (
  { access }: Caller,
  permission: Permission,
  scope: Scope,
  look: Permission | null,
): void => {
  if (access.allows(permission, scope)) return;
  throw look === null || access.allows(look, scope) ? lacks(permission) : notFound();
};

/** Refuses as if there were no such thing. */
export const requireSight = ({ access }: Caller, permission: Permission, scope: Scope): void => {
  if (!access.allows(permission, scope)) throw notFound();
};

/** Says what would allow it. */
export const lacks = (permission: Permission): Refused => {
  const having = RoleName.options.filter((name) => roles[name].permissions.includes(permission));
  return forbidden(
    `Your roles do not include ${permission} here. These do: ${having.join(', ')}. Whoever administers it can give you one.`,
  );
};
