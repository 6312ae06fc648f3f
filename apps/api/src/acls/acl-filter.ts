import type { AclFilter } from '@weir/contracts/acls';
import type { AclBinding } from '@weir/metadata-store/model';

/**
 * Whether a binding is meant by a filter (KIP-290): what is left out, or ANY, matches everything; MATCH finds
 * what applies to a name, whether by the name itself, by a prefix or by `*`. Pure.
 */
export const matchesFilter = (binding: AclBinding, filter: AclFilter): boolean =>
  means(filter.resource_type, binding.resourceType) &&
  means(filter.operation, binding.operation) &&
  means(filter.permission, binding.permission) &&
  (filter.principal === undefined || filter.principal === binding.principal) &&
  (filter.host === undefined || filter.host === binding.host) &&
  matchesPattern(binding, filter);

const means = (asked: string | undefined, value: string): boolean =>
  asked === undefined || asked === 'ANY' || asked === value;

const matchesPattern = (binding: AclBinding, filter: AclFilter): boolean => {
  const name = filter.resource_name;
  if (filter.pattern_type === 'MATCH') {
    if (name === undefined) return true;
    if (binding.patternType === 'PREFIXED') return name.startsWith(binding.resourceName);
    return binding.resourceName === name || binding.resourceName === '*';
  }
  return (
    means(filter.pattern_type, binding.patternType) && (name === undefined || name === binding.resourceName)
  );
};
