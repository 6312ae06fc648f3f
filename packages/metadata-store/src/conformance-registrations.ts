import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import {
  accepted,
  Brokers,
  brokerOf,
  changeOf,
  clusterOf,
  partitionOf,
  rolesOf,
  topicOf,
} from './conformance-fixtures.ts';

const anotherDirectory = { directoryId: 'YW5vdGhlciBkaXJlY3Rvcnk' };

/** The part of the suite about what a life that begins changes in partitions. */
export function describeRegistrations(current: Current): void {
  const begin = async (replicationFactor: number, partitionCount = 1) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const asked = topicOf('lkc-a', 'orders', { replicationFactor, partitionCount });
    const { topicId } = accepted(await store.createTopic(asked));
    return { store, brokers, topicId, roles: (index = 0) => rolesOf(store, 'orders', index) };
  };

  test('each life begins a leader epoch of what it leads, and of nothing else', async () => {
    const { store, brokers, roles } = await begin(3, 3);
    const { version } = await store.changesSince(0);
    await brokers.begin(2);
    expect(await roles(1)).toMatchObject({ leader: 2, leaderEpoch: 1, eligible: [] });
    expect(await partitionOf(store, 'orders', 1)).toMatchObject({ partitionEpoch: 1 });
    const { changes } = await store.changesSince(version);
    expect(changes).toMatchObject([{ kind: 'broker' }, { kind: 'partitions', partitions: [{ index: 1 }] }]);
    await brokers.begin(2);
    expect(await roles(1)).toMatchObject({ leader: 2, leaderEpoch: 2 });
  });

  test('the first life of an id touches no partition', async () => {
    const { store, brokers } = await begin(1);
    const { version } = await store.changesSince(0);
    await brokers.begin(4);
    expect((await store.changesSince(version)).changes).toMatchObject([{ kind: 'broker', brokerId: 4 }]);
  });

  test('another directory means that the replicas in the last one are lost', async () => {
    const { brokers, roles } = await begin(3, 3);
    await brokers.register(brokerOf(1, anotherDirectory));
    expect(await roles(0)).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
    expect((await roles(1)).isr.toSorted()).toEqual([2, 3]);
    expect(await roles(1)).toMatchObject({ leader: 2, leaderEpoch: 0 });
  });

  test('a directory that has missed a life is lost, one that may have seen it is not', async () => {
    const { brokers, roles } = await begin(3);
    await brokers.register(brokerOf(1, { lastBootEpochMax: 1 }));
    await brokers.register(brokerOf(1, { lastBootEpochMax: 7 }));
    expect(await roles()).toMatchObject({ leader: 1, leaderEpoch: 2 });
    await brokers.register(brokerOf(1, { lastBootEpochMax: 2 }));
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 3, isr: [2, 3], eligible: [] });
  });

  test('a directory that holds a lower mark than was told of it is lost, one that holds a higher one is not', async () => {
    const { store, brokers, roles } = await begin(3);
    accepted(await store.renewLease(brokers.life(1), 7));
    accepted(await store.renewLease(brokers.life(1), 5));
    expect((await brokers.register(brokerOf(1, { directoryMark: 8 }))).isDirectoryLost).toBe(false);
    expect((await brokers.register(brokerOf(1, { directoryMark: null }))).isDirectoryLost).toBe(false);
    accepted(await store.renewLease(brokers.life(1), 9));
    expect(await roles()).toMatchObject({ leader: 1, leaderEpoch: 2 });
    const setBack = await brokers.register(brokerOf(1, { directoryMark: 8 }));
    expect(setBack.isDirectoryLost).toBe(true);
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 3, isr: [2, 3], eligible: [] });
    expect((await brokers.register(brokerOf(1, { directoryMark: 8 }))).isDirectoryLost).toBe(false);
  });

  test('a directory whose machine ended before what it acknowledged was on the disk is lost', async () => {
    const { brokers, roles } = await begin(3);
    await brokers.register(brokerOf(1, { hasLostWrites: true }));
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
  });

  test('of replicas that are missing others lead, and the rest of the directory stands', async () => {
    const { brokers, topicId, roles } = await begin(3, 4);
    await brokers.register(
      brokerOf(1, { missingReplicas: [0, 1].map((partition) => ({ topicId, partition })) }),
    );
    expect(await roles(0)).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
    expect((await roles(1)).isr.toSorted()).toEqual([2, 3]);
    for (const index of [2, 3]) expect((await roles(index)).isr.toSorted()).toEqual([1, 2, 3]);
    expect(await roles(3)).toMatchObject({ leader: 1, leaderEpoch: 1 });
  });

  test('a lost replica is not eligible, and the partition waits for one that is', async () => {
    const { store, brokers, topicId, roles } = await begin(3);
    const to = { kind: 'isr', isr: [brokers.life(1)] } as const;
    const change = changeOf(topicId, await partitionOf(store, 'orders'), to);
    accepted(await store.alterPartitions(brokers.life(1), [change]));
    expect(await roles()).toMatchObject({ isr: [1], eligible: [2, 3] });
    await brokers.register(brokerOf(3, anotherDirectory));
    expect(await roles()).toMatchObject({ leader: 1, isr: [1], eligible: [2] });
    accepted(await brokers.surviveOnly(1));
    await brokers.register(brokerOf(1, anotherDirectory));
    expect(await roles()).toEqual({ leader: -1, leaderEpoch: 1, isr: [], eligible: [2] });
    await brokers.begin(2);
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 2, isr: [2], eligible: [] });
  });

  test('where the last that held it is lost nobody leads, whoever comes', async () => {
    const { brokers, roles } = await begin(2);
    accepted(await brokers.surviveOnly(1, 3));
    expect(await roles()).toEqual({ leader: 1, leaderEpoch: 0, isr: [1], eligible: [] });
    await brokers.register(brokerOf(1, anotherDirectory));
    const offline = { leader: -1, leaderEpoch: 1, isr: [], eligible: [] };
    expect(await roles()).toEqual(offline);
    await brokers.begin(2);
    await brokers.register(brokerOf(1, anotherDirectory));
    expect(await roles()).toEqual(offline);
  });

  test('a partition whose only replica it is stays with a broker that lost its directory', async () => {
    const { brokers, roles } = await begin(1);
    await brokers.register(brokerOf(1, anotherDirectory));
    expect(await roles()).toEqual({ leader: 1, leaderEpoch: 1, isr: [1], eligible: [] });
  });

  test('a last directory without a name may have been the same one', async () => {
    const { store, brokers } = await begin(1);
    await brokers.register(brokerOf(4, { directoryId: '' }));
    const wide = topicOf('lkc-a', 'wide', { replicationFactor: 4, partitionCount: 4 });
    accepted(await store.createTopic(wide));
    await brokers.begin(4);
    for (const index of [0, 1, 2, 3]) expect((await rolesOf(store, 'wide', index)).isr).toHaveLength(4);
  });
}
