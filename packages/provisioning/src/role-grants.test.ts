import { type RoleName, roles } from '@weir/contracts/roles';
import { AclIndex } from '@weir/metadata-store/acl-index';
import type { AclOperation, AclResourceType } from '@weir/metadata-store/model';
import { describe, expect, it } from 'vitest';
import { concernsCells, roleGrantsOf, scopeOf } from './role-grants.ts';

const organization = 'crn://weir/organization=o';
const cluster = `${organization}/environment=env-1/cloud-cluster=lkc-1`;

/** What brokers decide for somebody who has that role there. */
const brokerOf = (roleName: RoleName, crn: string) => {
  const index = new AclIndex([], roleGrantsOf([{ principalId: 'sa-1', roleName, scope: scopeOf(crn) }]));
  return (operation: AclOperation, type: AclResourceType, name: string) =>
    index.allows('User:sa-1', '10.0.0.1', operation, type, name);
};

describe('in a cluster', () => {
  it('DeveloperRead on a prefix reads what begins so, and nothing else', () => {
    const may = brokerOf('DeveloperRead', `${cluster}/kafka=lkc-1/topic=orders-*`);
    expect(may('READ', 'TOPIC', 'orders-eu')).toBe(true);
    expect(may('DESCRIBE', 'TOPIC', 'orders-eu')).toBe(true);
    expect(may('READ', 'TOPIC', 'orders')).toBe(false);
    expect(may('WRITE', 'TOPIC', 'orders-eu')).toBe(false);
    // A group is another thing, with a binding of its own.
    expect(may('READ', 'GROUP', 'orders-eu')).toBe(false);
    expect(brokerOf('DeveloperRead', `${cluster}/kafka=lkc-1/group=g`)('READ', 'GROUP', 'g')).toBe(true);
  });

  it('DeveloperManage makes topics and neither reads nor writes them', () => {
    const may = brokerOf('DeveloperManage', cluster);
    expect(may('CREATE', 'CLUSTER', 'kafka-cluster')).toBe(true);
    expect(may('DELETE', 'TOPIC', 'any')).toBe(true);
    expect(may('READ', 'TOPIC', 'any')).toBe(false);
    expect(may('WRITE', 'TOPIC', 'any')).toBe(false);
    expect(may('ALTER', 'CLUSTER', 'kafka-cluster')).toBe(false);
  });

  it('ResourceOwner on everything of a kind is not one of the cluster', () => {
    const may = brokerOf('ResourceOwner', `${cluster}/kafka=lkc-1/topic=*`);
    expect(may('ALTER_CONFIGS', 'TOPIC', 'any')).toBe(true);
    expect(may('READ', 'GROUP', 'any')).toBe(false);
    expect(may('ALTER', 'CLUSTER', 'kafka-cluster')).toBe(false);
  });

  it.each([
    ['OrganizationAdmin', organization],
    ['EnvironmentAdmin', `${organization}/environment=env-1`],
    ['CloudClusterAdmin', cluster],
  ] as const)('%s may do everything', (roleName, crn) => {
    const may = brokerOf(roleName, crn);
    for (const type of ['TOPIC', 'GROUP', 'TRANSACTIONAL_ID'] as const)
      expect(may('DELETE', type, 'x')).toBe(true);
    expect(may('ALTER', 'CLUSTER', 'kafka-cluster')).toBe(true);
  });

  it.each([
    ['MetricsViewer', organization],
    ['BillingAdmin', organization],
    ['Assigner', `${organization}/service-account=*`],
  ] as const)('%s may do nothing, so that no cell is told of it', (roleName, crn) => {
    expect(roleGrantsOf([{ principalId: 'u-1', roleName, scope: scopeOf(crn) }])).toEqual([]);
    expect(concernsCells(roleName)).toBe(false);
  });
});

it('a DENY of an ACL wins over every role', () => {
  const grants = roleGrantsOf([
    { principalId: 'u-1', roleName: 'CloudClusterAdmin', scope: scopeOf(cluster) },
  ]);
  const deny = {
    clusterId: 'lkc-1',
    principal: 'User:u-1',
    resourceType: 'TOPIC',
    patternType: 'LITERAL',
    resourceName: 'secret',
    operation: 'READ',
    permission: 'DENY',
    host: '*',
  } as const;
  const index = new AclIndex([deny], grants);
  expect(index.allows('User:u-1', 'h', 'READ', 'TOPIC', 'secret')).toBe(false);
  expect(index.allows('User:u-1', 'h', 'WRITE', 'TOPIC', 'secret')).toBe(true);
});

it('every role that allows something in Kafka says so for the kinds that it is bound on', () => {
  for (const [roleName, role] of Object.entries(roles)) {
    expect(role.summary, roleName).toMatch(/\.$/);
    expect(role.boundOn.length, roleName).toBeGreaterThan(0);
    expect(new Set(role.permissions).size, roleName).toBe(role.permissions.length);
  }
});
