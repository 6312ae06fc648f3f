import type { AclBinding } from './model.ts';

/** Which bindings are meant (KIP-290); null: any. */
export interface AclFilter {
  readonly resourceType: AclBinding['resourceType'] | null;
  /** `MATCH` finds what applies to a name, whether by the name itself, by a prefix or by `*`. */
  readonly patternType: AclBinding['patternType'] | 'MATCH' | null;
  readonly resourceName: string | null;
  readonly principal: string | null;
  readonly host: string | null;
  readonly operation: AclBinding['operation'] | null;
  readonly permission: AclBinding['permission'] | null;
}

export const matchesAclFilter = (binding: AclBinding, filter: AclFilter): boolean =>
  means(filter.resourceType, binding.resourceType) &&
  means(filter.operation, binding.operation) &&
  means(filter.permission, binding.permission) &&
  means(filter.principal, binding.principal) &&
  means(filter.host, binding.host) &&
  matchesPattern(binding, filter);

const means = (asked: string | null, value: string): boolean => asked === null || asked === value;

const matchesPattern = (binding: AclBinding, { patternType, resourceName: name }: AclFilter): boolean => {
  if (patternType !== 'MATCH')
    return means(patternType, binding.patternType) && means(name, binding.resourceName);
  if (name === null) return true;
  if (binding.patternType === 'PREFIXED') return name.startsWith(binding.resourceName);
  return binding.resourceName === name || binding.resourceName === '*';
};
