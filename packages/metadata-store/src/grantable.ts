import { impliedBy } from './acl-index.ts';
import type { AclBinding, RoleGrant } from './model.ts';

type Said = Pick<
  AclBinding,
  'principal' | 'resourceType' | 'patternType' | 'resourceName' | 'operation' | 'permission' | 'host'
>;

/**
 * Whether a principal may himself do all that a binding is about, on every name that it covers and from everywhere:
 * nobody gives what he has not, nor takes away what denies it to him. Pure.
 */
export const holdsAll = (
  principal: string,
  bindings: readonly AclBinding[],
  grants: readonly RoleGrant[],
  wanted: AclBinding,
): boolean => {
  const granted = grants.flatMap(({ operations, ...grant }) =>
    operations.map((operation): Said => ({ ...grant, operation, permission: 'ALLOW', host: '*' })),
  );
  const said = [...bindings, ...granted].filter(
    (each) =>
      (each.principal === principal || each.principal === 'User:*') &&
      each.resourceType === wanted.resourceType,
  );
  const isDenied = said.some(
    (each) =>
      each.permission === 'DENY' &&
      (each.operation === 'ALL' || wanted.operation === 'ALL' || each.operation === wanted.operation) &&
      (covers(each, wanted) || covers(wanted, each)),
  );
  return !isDenied && said.some((each) => allowsFromEverywhere(each, wanted));
};

const allowsFromEverywhere = (each: Said, wanted: Said): boolean =>
  each.permission === 'ALLOW' &&
  each.host === '*' &&
  (each.operation === 'ALL' ||
    each.operation === wanted.operation ||
    (impliedBy[wanted.operation]?.includes(each.operation) ?? false)) &&
  covers(each, wanted);

/** Whether every name that the inner pattern has is one of the outer's. */
const covers = (outer: Said, inner: Said): boolean => {
  if (outer.patternType === 'LITERAL') {
    if (outer.resourceName === '*') return true;
    return inner.patternType === 'LITERAL' && inner.resourceName === outer.resourceName;
  }
  const isEverything = inner.patternType === 'LITERAL' && inner.resourceName === '*';
  return !isEverything && inner.resourceName.startsWith(outer.resourceName);
};
