import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeAskedElections } from './conformance-asked-elections.ts';
import { describeBrokers } from './conformance-brokers.ts';
import { describeConcurrency } from './conformance-concurrency.ts';
import { describeConfigChanges } from './conformance-config-changes.ts';
import { describeElections } from './conformance-elections.ts';
import { describeEntityQuotas } from './conformance-entity-quotas.ts';
import {
  accepted,
  aclOf,
  clusterOf,
  credentialOf,
  furnish,
  roomyLimits,
  topicOf,
} from './conformance-fixtures.ts';
import { describeLimitShares } from './conformance-limit-shares.ts';
import { describeNewPartitions } from './conformance-new-partitions.ts';
import { describePartitions } from './conformance-partitions.ts';
import { describePlacement } from './conformance-placement.ts';
import { describeReassignments } from './conformance-reassignments.ts';
import { describeRegistrations } from './conformance-registrations.ts';
import { describeRestraints } from './conformance-restraints.ts';
import type { RoleGrant } from './model.ts';
import type { MetadataStore } from './port.ts';
import { noRoleGrants } from './rules.ts';

/** An empty cell for one test. */
export interface Cell {
  readonly store: MetadataStore;
  /** The same cell as another process sees it; for a store of one process, the same store. */
  another(): Promise<MetadataStore>;
  /** Makes every lease older by so much, as if that time had passed. */
  passMs(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What port.ts promises, checked on one implementation. */
export function describeMetadataStore(name: string, openCell: () => Promise<Cell>): void {
  describe(name, () => {
    let cell: Cell;
    let store: MetadataStore;
    beforeEach(async () => {
      cell = await openCell();
      store = cell.store;
    });
    afterEach(() => cell.close());
    const current = () => ({ cell, store });
    describeClusters(current);
    describeAccess(current);
    describeTopics(current);
    describeNewPartitions(current);
    describeConfigChanges(current);
    describePlacement(current);
    describeBrokers(current);
    describePartitions(current);
    describeReassignments(current);
    describeElections(current);
    describeAskedElections(current);
    describeRegistrations(current);
    describeRestraints(current);
    describeEntityQuotas(current);
    describeLimitShares(current);
    describeChanges(current);
    describeConcurrency(current);
  });
}

export type Current = () => { readonly cell: Cell; readonly store: MetadataStore };

function describeClusters(current: Current): void {
  test('a cluster moves to newer intents only, and a repeat bumps no version', async () => {
    const { store } = current();
    await store.applyCluster(clusterOf('lkc-a', 2));
    const { version } = await store.changesSince(0);
    await store.applyCluster({ ...clusterOf('lkc-a', 2), autoCreateTopics: true });
    await store.applyCluster({ ...clusterOf('lkc-a', 1), autoCreateTopics: true });
    expect(await store.findCluster('lkc-a')).toEqual(clusterOf('lkc-a', 2));
    expect((await store.changesSince(0)).version).toBe(version);
    await store.applyCluster({ ...clusterOf('lkc-a', 3), autoCreateTopics: true, isSuspended: true });
    expect(await store.findCluster('lkc-a')).toMatchObject({ isSuspended: true });
    expect((await store.findCluster('lkc-a'))?.autoCreateTopics).toBe(true);
  });

  test('a removed cluster takes its topics, keys and ACLs along, and a late intent does not revive it', async () => {
    const { store } = current();
    await furnish(store);
    await store.applyCluster(clusterOf('lkc-b'));
    const topic = accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    const kept = accepted(await store.createTopic(topicOf('lkc-b', 'orders')));
    accepted(await store.applyCredential(credentialOf('KEYA', 'lkc-a')));
    accepted(await store.applyCredential(credentialOf('KEYB', 'lkc-b')));
    accepted(await store.applyAcl(aclOf('lkc-a', 'o')));
    const { version } = await store.changesSince(0);
    await store.removeCluster('lkc-a');
    await store.removeCluster('lkc-a');
    await store.applyCluster(clusterOf('lkc-a', 9));
    const after = await store.changesSince(version);
    expect(after.version).toBe(version + 1);
    expect(after.changes).toHaveLength(4);
    expect(after.changes).toEqual(
      expect.arrayContaining([
        { kind: 'cluster', clusterId: 'lkc-a', cluster: null },
        { kind: 'acls', clusterId: 'lkc-a', bindings: [], roleGrants: noRoleGrants },
        { kind: 'credential', keyId: 'KEYA', credential: null },
        { kind: 'topic', clusterId: 'lkc-a', topicId: topic.topicId, topic: null },
      ]),
    );
    expect(await store.findCluster('lkc-a')).toBeNull();
    expect(await store.findCredential('KEYA')).toBeNull();
    expect(await store.findTopic('lkc-a', 'orders')).toBeNull();
    expect(await store.findTopic('lkc-b', 'orders')).toEqual(kept);
    expect(await store.findCredential('KEYB')).not.toBeNull();
  });
}

const grantOf = (name: string): RoleGrant => ({
  principal: 'User:u-1',
  resourceType: 'TOPIC',
  patternType: 'PREFIXED',
  resourceName: name,
  operations: ['READ', 'DESCRIBE'],
});

function describeAccess(current: Current): void {
  test('a key is found as it was applied, also by another process, and a removed one never comes back', async () => {
    const { cell, store } = current();
    await furnish(store);
    const credential = credentialOf('KEYA', 'lkc-a');
    accepted(await store.applyCredential(credential));
    expect(await (await cell.another()).findCredential('KEYA')).toEqual(credential);
    const { version } = await store.changesSince(0);
    accepted(await store.applyCredential(credential));
    expect((await store.changesSince(0)).version).toBe(version);
    accepted(await store.applyCredential({ ...credential, expiresAt: null }));
    expect((await store.findCredential('KEYA'))?.expiresAt).toBeNull();
    const ofPages = { ...credential, isOfOwnPages: true } as const;
    accepted(await store.applyCredential(ofPages));
    expect(await (await cell.another()).findCredential('KEYA')).toEqual(ofPages);
    await store.removeCredential('KEYA');
    await store.removeCredential('KEYA');
    accepted(await store.applyCredential(credential));
    expect(await store.findCredential('KEYA')).toBeNull();
    const { changes } = await store.changesSince(version + 1);
    expect(changes).toEqual([{ kind: 'credential', keyId: 'KEYA', credential: null }]);
  });

  test('a key that is rotated has two secrets, both known to every process, and then the other one', async () => {
    const { cell, store } = current();
    await furnish(store);
    const credential = credentialOf('KEYA', 'lkc-a');
    const [first] = credential.secrets;
    if (first === undefined) throw new Error('a key has a secret');
    const second = {
      number: 2,
      scramSha256: { ...first.scramSha256, storedKey: 'b3RoZXI=' },
      scramSha512: { ...first.scramSha512, storedKey: 'b3RoZXI=' },
    };
    accepted(await store.applyCredential(credential));
    const { version } = await store.changesSince(0);
    for (const secrets of [[first, second], [second]]) {
      accepted(await store.applyCredential({ ...credential, secrets }));
      expect((await (await cell.another()).findCredential('KEYA'))?.secrets).toEqual(secrets);
    }
    expect((await store.changesSince(version)).version).toBe(version + 2);
    const salted = { ...second, scramSha256: { ...second.scramSha256, salt: 'b3RoZXI=' } };
    for (const secrets of [[], [first, salted], [first, first], [first, second, { ...second, number: 3 }]]) {
      await expect(store.applyCredential({ ...credential, secrets })).rejects.toThrow(RangeError);
    }
  });

  test('refuses a key or an ACL of a cluster that does not exist, and moves no key to another cluster', async () => {
    const { store } = current();
    await furnish(store);
    await store.applyCluster(clusterOf('lkc-b'));
    const unknown = { ok: false, refusal: 'UNKNOWN_CLUSTER' };
    expect(await store.applyCredential(credentialOf('KEYX', 'lkc-x'))).toMatchObject(unknown);
    expect(await store.applyAcl(aclOf('lkc-x', 'o'))).toMatchObject(unknown);
    accepted(await store.applyCredential(credentialOf('KEYA', 'lkc-a')));
    await expect(store.applyCredential(credentialOf('KEYA', 'lkc-b'))).rejects.toThrow('another cluster');
  });

  test('keeps each ACL once, within the limit, and removes exactly the one that is meant', async () => {
    const { store } = current();
    await furnish(store);
    for (const name of ['a', 'b', 'a', 'c']) accepted(await store.applyAcl(aclOf('lkc-a', name)));
    const fourth = await store.applyAcl(aclOf('lkc-a', 'd'));
    expect(fourth).toMatchObject({ ok: false, refusal: 'POLICY_VIOLATION' });
    expect(fourth.ok ? '' : fourth.message).toContain('aclsMax is 3');
    const { version } = await store.changesSince(0);
    await store.removeAcl({ ...aclOf('lkc-a', 'b'), host: '10.0.0.1' });
    expect((await store.changesSince(0)).version).toBe(version);
    await store.removeAcl(aclOf('lkc-a', 'b'));
    const { changes } = await store.changesSince(version);
    const bindings = [aclOf('lkc-a', 'a'), aclOf('lkc-a', 'c')];
    expect(changes).toEqual([
      {
        kind: 'acls',
        clusterId: 'lkc-a',
        bindings: expect.arrayContaining(bindings),
        roleGrants: noRoleGrants,
      },
    ]);
    expect(changes[0]).toHaveProperty('bindings.length', 2);
  });

  test('replaces what roles allow by newer versions only, and tells it with the ACLs, which it leaves alone', async () => {
    const { cell, store } = current();
    await furnish(store);
    accepted(await store.applyAcl(aclOf('lkc-a', 'o')));
    accepted(await store.applyRoleGrants('lkc-a', { version: 2, grants: [grantOf('a'), grantOf('b')] }));
    const { version } = await store.changesSince(0);
    for (const old of [1, 2]) accepted(await store.applyRoleGrants('lkc-a', { version: old, grants: [] }));
    expect((await store.changesSince(0)).version).toBe(version);
    const acls = { kind: 'acls', clusterId: 'lkc-a', bindings: [aclOf('lkc-a', 'o')] };
    const told = { ...acls, roleGrants: { version: 2, grants: [grantOf('a'), grantOf('b')] } };
    expect((await (await cell.another()).changesSince(0)).changes).toContainEqual(told);

    for (const name of ['p', 'q']) accepted(await store.applyAcl(aclOf('lkc-a', name)));
    await store.removeAcl(aclOf('lkc-a', 'p'));
    await store.removeAcl(aclOf('lkc-a', 'q'));
    expect((await store.changesSince(version)).changes).toEqual([told]);
    accepted(await store.applyRoleGrants('lkc-a', { version: 3, grants: [] }));
    const { changes } = await store.changesSince(version);
    expect(changes).toEqual([{ ...acls, roleGrants: { version: 3, grants: [] } }]);
  });

  test('what roles allow is refused for an unknown cluster, and ends with a removed one', async () => {
    const { store } = current();
    await furnish(store);
    const roleGrants = { version: 1, grants: [grantOf('a')] };
    const unknown = { ok: false, refusal: 'UNKNOWN_CLUSTER' };
    expect(await store.applyRoleGrants('lkc-x', roleGrants)).toMatchObject(unknown);
    accepted(await store.applyRoleGrants('lkc-a', roleGrants));
    await store.removeCluster('lkc-a');
    const { version } = await store.changesSince(0);
    accepted(await store.applyRoleGrants('lkc-a', { ...roleGrants, version: 2 }));
    expect((await store.changesSince(0)).version).toBe(version);
  });
}

function describeTopics(current: Current): void {
  test('a topic has a random id that no command line takes for an option, its configs and its partitions', async () => {
    const { cell, store } = current();
    await furnish(store);
    const asked = topicOf('lkc-a', 'orders', { partitionCount: 2, configs: { 'retention.ms': ' 1000 ' } });
    const topic = accepted(await store.createTopic(asked));
    expect(topic.topicId).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    expect(topic.configs).toEqual({ 'retention.ms': '1000' });
    const epochs = { leaderEpoch: 0, partitionEpoch: 0 };
    const partition = {
      leader: 1,
      ...epochs,
      replicas: [1],
      isr: [1],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    };
    expect(topic.partitions).toEqual([partition, partition]);
    expect(await (await cell.another()).findTopic('lkc-a', 'orders')).toEqual(topic);
    expect(await store.findTopic('lkc-a', 'order')).toBeNull();
  });

  test.each(['a\0b', 'a\ud800'])('nothing is called %j, and asking for it is no error', async (name) => {
    const { store } = current();
    await furnish(store);
    expect(await store.findTopic('lkc-a', name)).toBeNull();
    expect(await store.findTopic(name, 'orders')).toBeNull();
    expect(await store.findCluster(name)).toBeNull();
    expect(await store.findCredential(name)).toBeNull();
  });

  test.each([
    ['UNKNOWN_CLUSTER', topicOf('lkc-x', 'new')],
    ['INVALID_TOPIC_EXCEPTION', topicOf('lkc-a', 'a b')],
    ['INVALID_TOPIC_EXCEPTION', topicOf('lkc-a', 'a\0b')],
    ['INVALID_TOPIC_EXCEPTION', topicOf('lkc-a', '__consumer_offsets')],
    ['INVALID_TOPIC_EXCEPTION', topicOf('lkc-a', '__transaction_state')],
    ['UNKNOWN_CLUSTER', topicOf('lkc-\0', 'new')],
    [
      'INVALID_CONFIG',
      topicOf('lkc-a', 'new', { configs: { 'leader.replication.throttled.replicas': '\0' } }),
    ],
    ['TOPIC_ALREADY_EXISTS', topicOf('lkc-a', 'my.topic')],
    ['INVALID_TOPIC_EXCEPTION', topicOf('lkc-a', 'my_topic')],
    ['INVALID_CONFIG', topicOf('lkc-a', 'new', { configs: { 'retention.ms': 'soon' } })],
    ['INVALID_PARTITIONS', topicOf('lkc-a', 'new', { partitionCount: 0 })],
    ['INVALID_REPLICATION_FACTOR', topicOf('lkc-a', 'new', { replicationFactor: 0 })],
    ['INVALID_REPLICATION_FACTOR', topicOf('lkc-a', 'new', { replicationFactor: 2 })],
    ['POLICY_VIOLATION', topicOf('lkc-a', 'new', { partitionCount: roomyLimits.partitionsMax })],
    ['POLICY_VIOLATION', topicOf('lkc-a', 'new', { configs: { 'max.message.bytes': '2000001' } })],
  ])('refuses with %s and changes nothing: %o', async (refusal, topic) => {
    const { store } = current();
    await furnish(store);
    accepted(await store.createTopic(topicOf('lkc-a', 'my.topic')));
    const before = await store.changesSince(0);
    const result = await store.createTopic(topic);
    expect(result).toMatchObject({ ok: false, refusal });
    expect(result.ok ? '' : result.message).not.toBe('');
    expect(await store.changesSince(0)).toEqual(before);
  });

  test('validateOnly says what would be, and changes nothing', async () => {
    const { store } = current();
    await furnish(store);
    const { version } = await store.changesSince(0);
    const topic = accepted(await store.createTopic(topicOf('lkc-a', 'orders', { validateOnly: true })));
    expect(topic).toMatchObject({ name: 'orders', partitions: [{ leader: 1 }] });
    expect(await store.findTopic('lkc-a', 'orders')).toBeNull();
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test('a recreated topic has another id, and the removal comes before it in one change set', async () => {
    const { store } = current();
    await furnish(store);
    const first = accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    const { version } = await store.changesSince(0);
    expect(await store.deleteTopic('lkc-b', first.topicId)).toMatchObject({ refusal: 'UNKNOWN_TOPIC_ID' });
    accepted(await store.deleteTopic('lkc-a', first.topicId));
    expect(await store.deleteTopic('lkc-a', first.topicId)).toMatchObject({ refusal: 'UNKNOWN_TOPIC_ID' });
    const second = accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    expect(second.topicId).not.toBe(first.topicId);
    const { changes } = await store.changesSince(version);
    expect(changes).toEqual([
      { kind: 'topic', clusterId: 'lkc-a', topicId: first.topicId, topic: null },
      { kind: 'topic', clusterId: 'lkc-a', topicId: second.topicId, topic: second },
    ]);
  });
}

function describeChanges(current: Current): void {
  test('all there is comes from version 0, in an order in which it can be taken in', async () => {
    const { store } = current();
    await furnish(store);
    const gone = accepted(await store.createTopic(topicOf('lkc-a', 'gone')));
    accepted(await store.deleteTopic('lkc-a', gone.topicId));
    accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    accepted(await store.applyAcl(aclOf('lkc-a', 'o')));
    accepted(await store.applyCredential(credentialOf('KEYA', 'lkc-a')));
    await store.applyCluster(clusterOf('lkc-a', 2));
    const { version, changes } = await store.changesSince(0);
    expect(changes.map((change) => change.kind)).toEqual([
      'cluster',
      'broker',
      'credential',
      'acls',
      'topic',
    ]);
    expect(await store.changesSince(version)).toEqual({ version, changes: [] });
    expect((await store.changesSince(version - 1)).changes).toMatchObject([
      { kind: 'cluster', cluster: { intentVersion: 2 } },
    ]);
  });

  test('an empty cell is at version 0 and has nothing to tell', async () => {
    expect(await current().store.changesSince(0)).toEqual({ version: 0, changes: [] });
  });

  test('a closed store refuses to work', async () => {
    const { store } = current();
    await store.close();
    await expect(store.findCluster('lkc-a')).rejects.toThrow('closed');
    await expect(store.applyCluster(clusterOf('lkc-a'))).rejects.toThrow('closed');
  });
}
