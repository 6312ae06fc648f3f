import type { AclFilter as AskedFilter } from '@weir/contracts/acls';
import { type AclFilter, matchesAclFilter } from '@weir/metadata-store/acl-filter';
import type { AclBinding } from '@weir/metadata-store/model';

/** Whether a binding is meant by a filter: what is left out, or ANY, matches everything. Pure. */
export const matchesFilter = (binding: AclBinding, asked: AskedFilter): boolean =>
  matchesAclFilter(binding, filterOf(asked));

const filterOf = (asked: AskedFilter): AclFilter => ({
  resourceType: named(asked.resource_type),
  patternType: named(asked.pattern_type),
  resourceName: asked.resource_name ?? null,
  principal: asked.principal ?? null,
  host: asked.host ?? null,
  operation: named(asked.operation),
  permission: named(asked.permission),
});

const named = <Name extends string>(asked: Name | 'ANY' | undefined): Exclude<Name, 'ANY'> | null =>
  asked === undefined || asked === 'ANY' ? null : (asked as Exclude<Name, 'ANY'>); // ANY was taken out just now.
