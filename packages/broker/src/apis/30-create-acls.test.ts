import { errorName } from '@weir/kafka-protocol/errors';
import type { AclBinding } from '@weir/metadata-store/model';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeAcls } from './29-describe-acls.ts';
import { createAcls } from './30-create-acls.ts';
import { deleteAcls } from './31-delete-acls.ts';
import { bindingOf, type WireAcl, type WireAclFilter } from './acl-codes.ts';

const everything: WireAcl = {
  resourceType: 2,
  resourceName: '*',
  patternType: 3,
  principal: 'User:sa-1',
  host: '*',
  operation: 2,
  permissionType: 3,
};
const acl = (changed: Partial<WireAcl> = {}): WireAcl => ({
  ...everything,
  principal: 'User:sa-2',
  resourceName: 'orders',
  operation: 3,
  ...changed,
});
const onCluster = { resourceType: 4, resourceName: 'kafka-cluster' };

/** A cluster in which `User:sa-1`, who asks, may do everything, by ACLs. */
async function begin(own: readonly WireAcl[] = [everything, { ...everything, ...onCluster }], aclsMax = 100) {
  const broker = await GroupsForTests.start({ aclsMax }, 1, {}, null);
  for (const each of own) {
    const binding = bindingOf('lkc-a', each);
    if (typeof binding === 'string') throw new Error(binding);
    await broker.metadata.applyAcl(binding);
  }
  await broker.engine.run(broker.cell.catchUp());
  const create = async (creations: readonly WireAcl[]) => {
    const asked = creations.map(({ patternType, ...each }) => ({
      ...each,
      resourcePatternType: patternType,
    }));
    const { body } = await broker.ask(createAcls, 3, { creations: asked });
    return (body?.results ?? []).map(({ errorCode }) => errorName(errorCode));
  };
  const filterOf = (asked: Partial<WireAclFilter>): WireAclFilter => ({
    resourceTypeFilter: 1,
    resourceNameFilter: null,
    patternTypeFilter: 1,
    principalFilter: null,
    hostFilter: null,
    operation: 1,
    permissionType: 1,
    ...asked,
  });
  const find = async (asked: Partial<WireAclFilter>) => {
    const { body } = await broker.ask(describeAcls, 3, filterOf(asked));
    const found = (body?.resources ?? []).flatMap(({ acls, ...resource }) =>
      acls.map(
        (each) =>
          `${resource.resourceType} ${resource.patternType} ${resource.resourceName} ${each.principal}`,
      ),
    );
    return [errorName(body?.errorCode ?? -1), ...found];
  };
  const remove = async (...asked: Partial<WireAclFilter>[]) => {
    const { body } = await broker.ask(deleteAcls, 3, { filters: asked.map(filterOf) });
    return (body?.filterResults ?? []).map((each) => [
      errorName(each.errorCode),
      ...each.matchingAcls.map((match) => `${match.resourceName} ${errorName(match.errorCode)}`),
    ]);
  };
  const held = async (): Promise<readonly AclBinding[]> => {
    const { changes } = await broker.metadata.changesSince(0);
    return changes.flatMap((change) => (change.kind === 'acls' ? change.bindings : []));
  };
  return { broker, create, find, remove, held };
}

test('what is granted holds the moment that the answer is there, and no more once it was taken back', async () => {
  const { broker, create, remove } = await begin();
  const mayRead = () =>
    broker.cluster().authorizer.allows('User:sa-2', '127.0.0.1', 'READ', 'TOPIC', 'orders');
  expect(mayRead()).toBe(false);
  expect(await create([acl(), acl()])).toEqual(['NONE', 'NONE']);
  expect(mayRead()).toBe(true);
  expect(await remove({ resourceNameFilter: 'orders' })).toEqual([['NONE', 'orders NONE']]);
  expect(mayRead()).toBe(false);
});

test('a filter finds by name, by pattern, and with MATCH all that applies to a name', async () => {
  const own = [everything, { ...everything, ...onCluster }, { ...everything, resourceType: 3 }];
  const { create, find } = await begin(own);
  await create([
    acl(),
    acl({ patternType: 4, resourceName: 'ord' }),
    acl({ resourceType: 3, resourceName: 'orders' }),
  ]);
  const ofTopics = { resourceTypeFilter: 2, principalFilter: 'User:sa-2' };
  expect(await find({ ...ofTopics, resourceNameFilter: 'orders' })).toEqual(['NONE', '2 3 orders User:sa-2']);
  expect(await find({ ...ofTopics, resourceNameFilter: 'orders', patternTypeFilter: 2 })).toEqual([
    'NONE',
    '2 3 orders User:sa-2',
    '2 4 ord User:sa-2',
  ]);
  expect(await find({ resourceTypeFilter: 2, resourceNameFilter: 'x', patternTypeFilter: 2 })).toEqual([
    'NONE',
    '2 3 * User:sa-1',
  ]);
  expect(await find({ operation: 4, principalFilter: 'User:sa-2' })).toEqual(['NONE']);
  expect(await find({ resourceTypeFilter: 3 })).toEqual(['NONE', '3 3 * User:sa-1', '3 3 orders User:sa-2']);
  // Delegation tokens, users and their operations are known, and nobody has any.
  for (const asked of [{ resourceTypeFilter: 6 }, { resourceTypeFilter: 7 }, { operation: 15 }]) {
    expect(await find(asked)).toEqual(['NONE']);
  }
});

test.each([
  ['a type of resource', { resourceTypeFilter: 0 }],
  ['a pattern', { patternTypeFilter: 5 }],
  ['an operation', { operation: 16 }],
  ['a permission', { permissionType: -1 }],
])('a filter with %s that is unknown is INVALID_REQUEST and removes nothing', async (_, asked) => {
  const { find, remove, held } = await begin();
  expect(await find(asked)).toEqual(['INVALID_REQUEST']);
  expect(await remove(asked)).toEqual([['INVALID_REQUEST']]);
  expect(await held()).toHaveLength(2);
});

test.each([
  ['any type of resource', { resourceType: 1 }],
  ['delegation tokens', { resourceType: 6 }],
  ['MATCH', { patternType: 2 }],
  ['any operation', { operation: 1 }],
  ['any permission', { permissionType: 1 }],
  ['an empty name', { resourceName: '' }],
  ['a cluster of another name', { resourceType: 4 }],
  ['a principal without a type', { principal: 'sa-2' }],
  ['a principal that is no user', { principal: 'Group:a' }],
  ['a name that no store takes', { resourceName: 'a\0b' }],
  ['a name that turns the text around it', { resourceName: 'a\u202eb' }],
  ['a host of 300 characters', { host: 'h'.repeat(300) }],
])('an ACL about %s is INVALID_REQUEST, and the others of the request are made', async (_, changed) => {
  const { create, held } = await begin();
  expect(await create([acl(changed), acl()])).toEqual(['INVALID_REQUEST', 'NONE']);
  expect(await held()).toHaveLength(3);
});

test('who may not change ACLs changes none, and who may not see them sees none', async () => {
  const { create, find, remove, held } = await begin([everything]);
  expect(await find({})).toEqual(['CLUSTER_AUTHORIZATION_FAILED']);
  expect(await create([acl()])).toEqual(['CLUSTER_AUTHORIZATION_FAILED']);
  expect(await remove({})).toEqual([['CLUSTER_AUTHORIZATION_FAILED']]);
  expect(await held()).toHaveLength(1);
});

test('who may change ACLs gives nobody, himself neither, what he may not do, and lifts no ban on himself', async () => {
  const ban = { ...everything, resourceName: 'secret', permissionType: 2 };
  const { create, remove, held } = await begin([{ ...everything, ...onCluster, operation: 7 }, ban]);
  expect(await create([acl(), { ...everything }])).toEqual([
    'CLUSTER_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
  ]);
  expect(await create([acl({ permissionType: 2 })])).toEqual(['NONE']);
  expect(await remove({ resourceNameFilter: 'secret' })).toEqual([
    ['NONE', 'secret CLUSTER_AUTHORIZATION_FAILED'],
  ]);
  expect(await held()).toHaveLength(3);
});

test('a cluster has as many ACLs as its kind allows, and one that is there already counts for nothing', async () => {
  const { create } = await begin(undefined, 3);
  expect(await create([acl(), acl(), acl({ resourceName: 'more' })])).toEqual([
    'NONE',
    'NONE',
    'POLICY_VIOLATION',
  ]);
});

test('what two filters find is removed once and told twice', async () => {
  const { create, remove, held } = await begin();
  await create([acl()]);
  const orders = { resourceNameFilter: 'orders' };
  expect(await remove(orders, orders)).toEqual([
    ['NONE', 'orders NONE'],
    ['NONE', 'orders NONE'],
  ]);
  expect(await held()).toHaveLength(2);
});

test('ACLs change so often, and filters of one request find so many', async () => {
  const { broker, create, remove, held } = await begin();
  broker.cluster().partitionChanges.charge(10_000, broker.engine.clock.monotonicMs());
  expect(await create([acl()])).toEqual(['POLICY_VIOLATION']);
  expect(await remove({ resourceNameFilter: '*' })).toEqual([['NONE', '* POLICY_VIOLATION']]);
  const outcomes = await remove(...Array.from({ length: 5_001 }, () => ({})));
  expect(outcomes.at(-1)).toEqual(['POLICY_VIOLATION']);
  expect(await held()).toHaveLength(2);
});

test('a store that does not answer is told as REQUEST_TIMED_OUT', async () => {
  const { broker, create, remove } = await begin();
  const away = () => Promise.reject(new StoreError('away'));
  broker.metadata.applyAcl = away;
  broker.metadata.removeAcl = away;
  expect(await create([acl()])).toEqual(['REQUEST_TIMED_OUT']);
  expect(await remove({ resourceNameFilter: '*' })).toEqual([['NONE', '* REQUEST_TIMED_OUT']]);
});

test('where everybody may do everything there are no ACLs to see or to change', async () => {
  const broker = await GroupsForTests.start();
  const { resourcePatternType, ...creation } = { ...acl(), resourcePatternType: 3 };
  const asked = { creations: [{ ...creation, resourcePatternType }] };
  const { body } = await broker.ask(createAcls, 3, asked);
  expect(errorName(body?.results[0]?.errorCode ?? -1)).toBe('SECURITY_DISABLED');
});
