import { readCrn, type Scope } from '@weir/contracts/crn';
import { type KafkaPermission, type Permission, type RoleName, roles } from '@weir/contracts/roles';
import type { AclOperation, AclResourceType, RoleGrant } from '@weir/metadata-store/model';
import { principalOf } from './key-intent.ts';

/** Somebody has a role on something that a cluster lies in, on the cluster, or on something in it. */
export interface BoundRole {
  readonly principalId: string;
  readonly roleName: RoleName;
  readonly scope: Scope;
}

/** `role_bindings.scope`. Throws when it is not what this product wrote. */
export const scopeOf = (text: string): Scope => {
  const read = readCrn(text);
  if (!read.ok) throw new Error(`a role binding on ${text}: ${read.problem}`);
  return read.crn.scope;
};

const resourceTypes: readonly AclResourceType[] = ['TOPIC', 'GROUP', 'TRANSACTIONAL_ID', 'CLUSTER'];
const typeOfNamed = { topic: 'TOPIC', group: 'GROUP', 'transactional-id': 'TRANSACTIONAL_ID' } as const;

/** What the roles allow in one cluster, in Kafka's terms. All that are given concern that cluster. */
export const roleGrantsOf = (bound: readonly BoundRole[]): readonly RoleGrant[] =>
  bound.flatMap(({ principalId, roleName, scope }) =>
    resourceTypes.flatMap((resourceType) => {
      const named = namedIn(scope, resourceType);
      const operations = operationsOf(roleName, resourceType);
      if (named === null || operations.length === 0) return [];
      return [{ principal: principalOf(principalId), resourceType, ...named, operations }];
    }),
  );

/** Whether a role allows anything inside of clusters. */
export const concernsCells = (roleName: RoleName): boolean => roles[roleName].permissions.some(isKafka);

const isKafka = (permission: Permission): permission is KafkaPermission =>
  resourceTypes.some((type) => permission.startsWith(`${type}:`));

const operationsOf = (roleName: RoleName, resourceType: AclResourceType): readonly AclOperation[] =>
  roles[roleName].permissions
    .filter((permission) => isKafka(permission) && permission.startsWith(`${resourceType}:`))
    // What follows the colon of a KafkaPermission is an operation, which its type cannot say after a split.
    .map((permission) => permission.slice(resourceType.length + 1) as AclOperation);

/** Which resources of a type a scope covers; null: none. */
const namedIn = (
  scope: Scope,
  resourceType: AclResourceType,
): Pick<RoleGrant, 'patternType' | 'resourceName'> | null => {
  switch (scope.kind) {
    case 'organization':
    case 'environment':
    case 'cluster': {
      const resourceName = resourceType === 'CLUSTER' ? 'kafka-cluster' : '*';
      return { patternType: 'LITERAL', resourceName };
    }
    case 'topic':
    case 'group':
    case 'transactional-id': {
      if (typeOfNamed[scope.kind] !== resourceType) return null;
      if (!scope.isPrefix) return { patternType: 'LITERAL', resourceName: scope.name };
      // Kafka knows no prefix without a letter; everything is `*`.
      if (scope.name === '') return { patternType: 'LITERAL', resourceName: '*' };
      return { patternType: 'PREFIXED', resourceName: scope.name };
    }
    case 'service-account':
      return null;
  }
};
