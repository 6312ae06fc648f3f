import { describe, expect, it } from 'vitest';
import { holdsAll } from './grantable.ts';
import type { AclBinding } from './model.ts';

const acl = (over: Partial<AclBinding>): AclBinding => ({
  clusterId: 'lkc-1',
  principal: 'User:sa-1',
  resourceType: 'TOPIC',
  patternType: 'LITERAL',
  resourceName: 'orders',
  operation: 'READ',
  permission: 'ALLOW',
  host: '*',
  ...over,
});
const prefix = { patternType: 'PREFIXED' } as const;
const holds = (own: readonly AclBinding[], wanted: AclBinding) => holdsAll('User:sa-1', own, [], wanted);

describe('who may change ACLs by an ACL', () => {
  const manages = acl({ resourceType: 'CLUSTER', resourceName: 'kafka-cluster', operation: 'ALTER' });

  it('gives nobody, himself neither, what he has not', () => {
    expect(holds([manages], acl({}))).toBe(false);
    expect(holds([manages, acl({})], acl({ principal: 'User:sa-2' }))).toBe(true);
    expect(holds([manages, acl({})], acl({ operation: 'WRITE' }))).toBe(false);
    expect(holds([manages, acl({})], acl({ operation: 'ALL' }))).toBe(false);
  });

  it('gives a pattern only if one of his covers all of it', () => {
    expect(holds([acl({ ...prefix, resourceName: 'or' })], acl({ ...prefix, resourceName: 'orders' }))).toBe(
      true,
    );
    expect(holds([acl({})], acl({ ...prefix, resourceName: 'orders' }))).toBe(false);
    expect(holds([acl({ ...prefix, resourceName: 'or' })], acl({ resourceName: '*' }))).toBe(false);
    expect(holds([acl({ resourceName: '*' })], acl({ ...prefix, resourceName: 'x' }))).toBe(true);
  });

  it('gives from everywhere only what he has from everywhere', () => {
    expect(holds([acl({ host: '10.0.0.1' })], acl({}))).toBe(false);
  });

  it('has nothing of what is denied to him, in whole or in part', () => {
    const all = acl({ resourceName: '*', operation: 'ALL' });
    expect(holds([all, acl({ permission: 'DENY' })], acl({}))).toBe(false);
    expect(holds([all, acl({ permission: 'DENY' })], acl({ ...prefix, resourceName: 'or' }))).toBe(false);
    expect(holds([all, acl({ permission: 'DENY', principal: 'User:*' })], acl({}))).toBe(false);
    expect(holds([all, acl({ permission: 'DENY' })], acl({ operation: 'WRITE' }))).toBe(true);
  });

  it('has what his roles allow', () => {
    const grant = {
      principal: 'User:sa-1',
      resourceType: 'TOPIC',
      patternType: 'PREFIXED',
      resourceName: 'or',
      operations: ['READ'],
    } as const;
    expect(holdsAll('User:sa-1', [], [grant], acl({}))).toBe(true);
    expect(holdsAll('User:sa-2', [], [grant], acl({}))).toBe(false);
  });
});
