import type { NamedScope, Scope } from '@weir/contracts/crn';
import { lookPermissions, type Permission, RoleName, roles } from '@weir/contracts/roles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Access, type HeldRole } from './access.ts';

const organization: Scope = { kind: 'organization' };
const environment = (environmentId: string): Scope => ({ kind: 'environment', environmentId });
const cluster = (clusterId: string, environmentId = 'env-1'): Scope => ({
  kind: 'cluster',
  environmentId,
  clusterId,
});
const topic = (name: string, isPrefix = false, clusterId = 'lkc-1'): NamedScope => ({
  kind: 'topic',
  environmentId: 'env-1',
  clusterId,
  name,
  isPrefix,
});
const holding = (roleName: RoleName, scope: Scope) => new Access([{ roleName, scope }]);

/** The rule in one sentence a line, over every role that is held. */
const covers = (outer: Scope, inner: Scope): boolean => {
  if (outer.kind === 'organization') return true;
  if (outer.kind === 'service-account' || inner.kind === 'service-account') {
    if (outer.kind !== 'service-account' || inner.kind !== 'service-account') return false;
    return outer.serviceAccountId === '*' || outer.serviceAccountId === inner.serviceAccountId;
  }
  if (inner.kind === 'organization') return false;
  if (outer.environmentId !== inner.environmentId) return false;
  if (outer.kind === 'environment') return true;
  if (inner.kind === 'environment' || outer.clusterId !== inner.clusterId) return false;
  if (outer.kind === 'cluster') return true;
  if (outer.kind !== inner.kind) return false;
  return outer.isPrefix ? inner.name.startsWith(outer.name) : !inner.isPrefix && inner.name === outer.name;
};
const lies = (inner: Scope, outer: Scope): boolean => {
  if (outer.kind === 'organization') return true;
  if (inner.kind === 'service-account' || inner.kind === 'organization') return false;
  if (outer.kind === 'environment') return inner.environmentId === outer.environmentId;
  return outer.kind === 'cluster' && 'clusterId' in inner && inner.clusterId === outer.clusterId;
};
const includes = (role: RoleName, permission: Permission): boolean => {
  const [type] = permission.split(':');
  return roles[role].permissions.some((each) => each === permission || each === `${type}:ALL`);
};
const stated = (held: readonly HeldRole[], permission: Permission, scope: Scope): boolean =>
  held.some(
    ({ roleName, scope: on }) =>
      includes(roleName, permission) &&
      (covers(on, scope) || (lookPermissions.has(permission) && lies(on, scope))),
  );

const name = fc.constantFrom('', 'a', 'ab', 'abc', 'b');
const anyScope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant(organization),
  fc.constantFrom('env-1', 'env-2').map(environment),
  fc.constantFrom(cluster('lkc-1'), cluster('lkc-2'), cluster('lkc-3', 'env-2')),
  fc
    .tuple(name, fc.boolean(), fc.constantFrom('lkc-1', 'lkc-2'), fc.constantFrom('topic' as const, 'group'))
    .map(([text, isPrefix, clusterId, kind]): Scope => ({ ...topic(text, isPrefix, clusterId), kind })),
  fc
    .constantFrom('sa-1', 'sa-2', '*')
    .map((serviceAccountId): Scope => ({ kind: 'service-account', serviceAccountId })),
);
const anyPermission = fc.constantFrom(
  ...new Set<Permission>([
    ...Object.values(roles).flatMap((role) => role.permissions),
    'TOPIC:READ',
    'GROUP:READ',
  ]),
);
const anyHeld = fc.array(fc.record({ roleName: fc.constantFrom(...RoleName.options), scope: anyScope }), {
  maxLength: 6,
});

describe('what somebody may do', () => {
  it('is what the rule says over every role that is held', () => {
    fc.assert(
      fc.property(anyHeld, anyPermission, anyScope, (held, permission, scope) => {
        expect(new Access(held).allows(permission, scope)).toBe(stated(held, permission, scope));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is nothing without a role', () => {
    const none = new Access([]);
    for (const role of Object.values(roles)) {
      for (const permission of role.permissions) expect(none.allows(permission, organization)).toBe(false);
    }
  });

  it('includes seeing what leads to it, and nothing else on the way', () => {
    const access = holding('DeveloperRead', topic('a', true));
    expect(access.allows('cluster:read', cluster('lkc-1'))).toBe(true);
    expect(access.allows('environment:read', environment('env-1'))).toBe(true);
    expect(access.allows('cluster:read', cluster('lkc-2'))).toBe(false);
    expect(access.seenEnvironmentIds()).toEqual(['env-1']);
    expect(access.reach('cluster:read')).toMatchObject({
      everywhere: false,
      environmentIds: [],
      clusterIds: ['lkc-1'],
    });
  });

  it('costs a question the same with ten thousand roles as with ten', () => {
    const held = Array.from({ length: 10_000 }, (_, at): HeldRole => {
      return { roleName: 'DeveloperRead', scope: topic(`t-${at}`) };
    });
    const access = new Access(held);
    const before = process.cpuUsage().user;
    for (let at = 0; at < 10_000; at++) access.allows('TOPIC:WRITE', topic(`t-${at}`));
    // Of the processor, whoever else is at work. Over every role each time it is seconds.
    expect(process.cpuUsage().user - before).toBeLessThan(500_000);
  });
});

describe('giving roles', () => {
  it('gives nobody more than one has, wherever and whatever it is', () => {
    fc.assert(
      fc.property(
        anyHeld,
        fc.constantFrom(...RoleName.options),
        anyScope,
        anyPermission,
        anyScope,
        (held, roleName, scope, permission, asked) => {
          const giver = new Access(held);
          if (!roles[roleName].boundOn.includes(scope.kind) || !giver.mayGrant(roleName, scope)) return;
          const taker = holding(roleName, scope);
          // What a role says of another kind of name than the one that it is bound on means nothing.
          if (!taker.allows(permission, asked) || permission.startsWith('GROUP') !== (asked.kind === 'group'))
            return;
          expect(giver.allows(permission, asked)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('takes a role that includes it, on all that the new one covers', () => {
    expect(holding('CloudClusterAdmin', cluster('lkc-1')).mayGrant('DeveloperRead', topic('a'))).toBe(true);
    expect(
      holding('CloudClusterAdmin', cluster('lkc-1')).mayGrant('EnvironmentAdmin', environment('env-1')),
    ).toBe(false);
    expect(holding('CloudClusterAdmin', cluster('lkc-1')).mayGrant('DeveloperRead', cluster('lkc-2'))).toBe(
      false,
    );
    expect(holding('ResourceOwner', topic('a', true)).mayGrant('DeveloperWrite', topic('ab', true))).toBe(
      true,
    );
    expect(holding('ResourceOwner', topic('ab', true)).mayGrant('DeveloperWrite', topic('a', true))).toBe(
      false,
    );
    expect(holding('DeveloperManage', cluster('lkc-1')).mayGrant('DeveloperManage', cluster('lkc-1'))).toBe(
      false,
    );
    for (const roleName of RoleName.options) {
      expect(holding('OrganizationAdmin', organization).mayGrant(roleName, organization)).toBe(true);
    }
  });
});
