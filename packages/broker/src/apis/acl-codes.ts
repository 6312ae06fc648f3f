import type { AclFilter } from '@weir/metadata-store/acl-filter';
import type { AclBinding } from '@weir/metadata-store/model';

/** A binding as the three APIs of ACLs carry it. */
export interface WireAcl {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly patternType: number;
  readonly principal: string;
  readonly host: string;
  readonly operation: number;
  readonly permissionType: number;
}

/** A filter as DescribeAcls and DeleteAcls carry it. */
export interface WireAclFilter {
  readonly resourceTypeFilter: number;
  readonly resourceNameFilter: string | null;
  readonly patternTypeFilter: number;
  readonly principalFilter: string | null;
  readonly hostFilter: string | null;
  readonly operation: number;
  readonly permissionType: number;
}

/** Codes of ResourceType, PatternType, AclOperation and AclPermissionType of org.apache.kafka.common. */
const resourceTypes = { TOPIC: 2, GROUP: 3, CLUSTER: 4, TRANSACTIONAL_ID: 5 } as const;
const patternTypes = { LITERAL: 3, PREFIXED: 4 } as const;
const permissions = { DENY: 2, ALLOW: 3 } as const;
export const operationCodes = {
  ALL: 2,
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;
const any = 1;
const match = 2;

const named = <Name extends string>(codes: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> =>
  // The keys of a record are its names.
  new Map(Object.entries(codes).map(([name, code]) => [code as number, name as Name]));

const resourceTypeOf = named(resourceTypes);
const patternTypeOf = named(patternTypes);
const permissionOf = named(permissions);
const operationOf = named(operationCodes);

export const wireAcl = (binding: AclBinding): WireAcl => ({
  resourceType: resourceTypes[binding.resourceType],
  resourceName: binding.resourceName,
  patternType: patternTypes[binding.patternType],
  principal: binding.principal,
  host: binding.host,
  operation: operationCodes[binding.operation],
  permissionType: permissions[binding.permission],
});

/** The binding, or which part of it a binding cannot have, in Apache Kafka's words. */
export function bindingOf(clusterId: string, acl: WireAcl): AclBinding | string {
  const resourceType = resourceTypeOf.get(acl.resourceType);
  const patternType = patternTypeOf.get(acl.patternType);
  const operation = operationOf.get(acl.operation);
  const permission = permissionOf.get(acl.permissionType);
  if (patternType === undefined) return `Invalid patternType ${acl.patternType}`;
  if (resourceType === undefined) return `Invalid resourceType ${acl.resourceType}`;
  if (operation === undefined) return `Invalid operation ${acl.operation}`;
  if (permission === undefined) return `Invalid permissionType ${acl.permissionType}`;
  const { host, principal, resourceName } = acl;
  return { clusterId, principal, resourceType, patternType, resourceName, operation, permission, host };
}

/**
 * `unknown`: one of its codes is no code. `none`: it is about something that no ACL of a tenant is about, as delegation
 * tokens, and finds nothing.
 */
export function filterOf(filter: WireAclFilter): AclFilter | 'none' | 'unknown' {
  const resourceType = meant(resourceTypeOf, filter.resourceTypeFilter, userResourceType);
  const operation = meant(operationOf, filter.operation, twoPhaseCommit);
  const permission = meant(permissionOf, filter.permissionType, permissions.ALLOW);
  const pattern =
    filter.patternTypeFilter === match
      ? 'MATCH'
      : meant(patternTypeOf, filter.patternTypeFilter, patternTypes.PREFIXED);
  if (resourceType === 'unknown' || operation === 'unknown') return 'unknown';
  if (permission === 'unknown' || pattern === 'unknown') return 'unknown';
  if (resourceType === 'none' || operation === 'none') return 'none';
  if (permission === 'none' || pattern === 'none') return 'none';
  return {
    resourceType,
    patternType: pattern,
    resourceName: filter.resourceNameFilter,
    principal: filter.principalFilter,
    host: filter.hostFilter,
    operation,
    permission,
  };
}

/** The highest codes that Apache Kafka 4.3 knows: users (KIP-373), and two-phase commit (KIP-939). */
const userResourceType = 7;
const twoPhaseCommit = 15;

function meant<Name extends string>(
  names: ReadonlyMap<number, Name>,
  code: number,
  codeMax: number,
): Name | null | 'none' | 'unknown' {
  if (code === any) return null;
  return names.get(code) ?? (code > any && code <= codeMax ? 'none' : 'unknown');
}
