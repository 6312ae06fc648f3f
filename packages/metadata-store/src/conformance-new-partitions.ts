import { expect, test } from 'vitest';
import { brokerLeaseMs } from './broker-rules.ts';
import type { Current } from './conformance.ts';
import {
  accepted,
  Brokers,
  changeOf,
  clusterOf,
  furnish,
  partitionOf,
  roomyLimits,
  topicOf,
} from './conformance-fixtures.ts';

/** The part of the suite about topics that get more partitions. */
export function describeNewPartitions(current: Current): void {
  const begin = async (partitionCount = 2, replicationFactor = 2) => {
    const { store } = current();
    await furnish(store, 3);
    const asked = topicOf('lkc-a', 'orders', { partitionCount, replicationFactor });
    const topic = accepted(await store.createTopic(asked));
    const { topicId } = topic;
    const grow = (count: number, validateOnly = false, clusterId = 'lkc-a') =>
      store.createPartitions({ clusterId, topicId, partitionCount: count, validateOnly });
    return { store, topic, grow };
  };

  test('new partitions follow those that there are, which stay as they are, with as many replicas, spread out', async () => {
    const { store, topic, grow } = await begin();
    const change = changeOf(topic.topicId, await partitionOf(store, 'orders'), { kind: 'next-epoch' });
    const life = { brokerId: topic.partitions[0]?.leader ?? 0, bootEpoch: 1 };
    accepted(await store.alterPartitions(life, [change]));
    const before = await store.findTopic('lkc-a', 'orders');
    const { version } = await store.changesSince(0);
    const grown = accepted(await grow(6));
    expect(grown.partitions.slice(0, 2)).toEqual(before?.partitions);
    const added = grown.partitions.slice(2);
    expect(added.map((one) => [one.leader, one.leaderEpoch, one.isr])).toEqual(
      added.map((one) => [one.replicas[0], 0, one.replicas]),
    );
    for (const { replicas } of added) expect(new Set(replicas).size).toBe(2);
    const held = Map.groupBy(
      grown.partitions.flatMap(({ replicas }) => replicas),
      (brokerId) => brokerId,
    );
    expect([...held.values()].map((each) => each.length)).toEqual([4, 4, 4]);
    expect(await store.findTopic('lkc-a', 'orders')).toEqual(grown);
    expect(await store.changesSince(version)).toEqual({
      version: version + 1,
      changes: [{ kind: 'topic', clusterId: 'lkc-a', topicId: topic.topicId, topic: grown }],
    });
  });

  test('what brokers hold of new partitions counts where the next topic is placed, and where they are deleted', async () => {
    const { store, topic, grow } = await begin(1, 1);
    accepted(await grow(5));
    accepted(await store.deleteTopic('lkc-a', topic.topicId));
    const even = topicOf('lkc-a', 'even', { partitionCount: 3 });
    const { partitions } = accepted(await store.createTopic(even));
    expect(partitions.map(({ leader }) => leader).toSorted()).toEqual([1, 2, 3]);
  });

  test.each([
    [2, 'Topic already has 2 partition(s).'],
    [1, 'The topic orders currently has 2 partition(s); 1 would not be an increase.'],
    [-1, 'The topic orders currently has 2 partition(s); -1 would not be an increase.'],
  ])('%i partitions are not more than two', async (count, message) => {
    const { grow } = await begin();
    expect(await grow(count)).toEqual({ ok: false, refusal: 'INVALID_PARTITIONS', message });
  });

  test('the limit of the cluster holds over all its topics, to the partition', async () => {
    const { store, grow } = await begin();
    accepted(await store.createTopic(topicOf('lkc-a', 'other', { partitionCount: 10 })));
    const refused = await grow(roomyLimits.partitionsMax - 9);
    expect(refused).toMatchObject({ ok: false, refusal: 'POLICY_VIOLATION' });
    expect(refused.ok ? '' : refused.message).toContain('partitionsMax is 100');
    expect(await grow(2 ** 31 - 1)).toMatchObject({ refusal: 'POLICY_VIOLATION' });
    expect(accepted(await grow(roomyLimits.partitionsMax - 10)).partitions).toHaveLength(90);
  });

  test('an unknown topic, and another cluster’s, are one and the same', async () => {
    const { store, grow } = await begin();
    await store.applyCluster(clusterOf('lkc-b'));
    const unknown = { ok: false, refusal: 'UNKNOWN_TOPIC_ID' };
    expect(await grow(5, false, 'lkc-b')).toMatchObject(unknown);
    expect(await grow(5, false, 'lkc-\0')).toMatchObject(unknown);
    const asked = { clusterId: 'lkc-a', partitionCount: 5, validateOnly: false };
    expect(await store.createPartitions({ ...asked, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' })).toMatchObject(
      unknown,
    );
  });

  test('to validate says what would come of it, and changes nothing', async () => {
    const { store, topic, grow } = await begin();
    const { version } = await store.changesSince(0);
    expect(accepted(await grow(4, true)).partitions).toHaveLength(4);
    expect(await grow(2, true)).toMatchObject({ refusal: 'INVALID_PARTITIONS' });
    expect((await store.changesSince(0)).version).toBe(version);
    expect(await store.findTopic('lkc-a', 'orders')).toEqual(topic);
  });

  test('a replica on a broker that is away is not in sync yet', async () => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2);
    const asked = topicOf('lkc-a', 'orders', { replicationFactor: 2 });
    const { topicId } = accepted(await store.createTopic(asked));
    await brokers.pass(brokerLeaseMs + 300, 1);
    accepted(await store.electLeaders(brokers.life(1)));
    const more = { clusterId: 'lkc-a', topicId, partitionCount: 2, validateOnly: false };
    const { partitions } = accepted(await store.createPartitions(more));
    expect(partitions[1]).toMatchObject({ leader: 1, replicas: [1, 2], isr: [1] });
  });

  test('of many who want one number of partitions at once, one gets it; of many numbers, the largest is there', async () => {
    const { cell } = current();
    const { store, topic, grow } = await begin();
    const other = await cell.another();
    const { topicId } = topic;
    const attempts = Array.from({ length: 12 }, (_, at) =>
      at % 2 === 0
        ? grow(7)
        : other.createPartitions({ clusterId: 'lkc-a', topicId, partitionCount: 7, validateOnly: false }),
    );
    const results = await Promise.all(attempts);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(result.refusal).toBe('INVALID_PARTITIONS');
    await Promise.all([9, 20, 8, 15, 11].map((count) => grow(count)));
    const { partitions } = (await other.findTopic('lkc-a', 'orders')) ?? topic;
    expect(partitions).toHaveLength(20);
    expect(await store.findTopic('lkc-a', 'orders')).toMatchObject({ partitions });
  });

  test('limits hold though topics are made and grow at once', async () => {
    const { cell } = current();
    const { store, grow } = await begin();
    const other = await cell.another();
    const third = { partitionCount: 40 };
    await Promise.all([
      grow(40),
      other.createTopic(topicOf('lkc-a', 'a', third)),
      store.createTopic(topicOf('lkc-a', 'b', third)),
      other.createTopic(topicOf('lkc-a', 'c', third)),
    ]);
    const topics = await Promise.all(['orders', 'a', 'b', 'c'].map((name) => store.findTopic('lkc-a', name)));
    const count = topics.reduce((sum, each) => sum + (each?.partitions.length ?? 0), 0);
    expect([80, 82]).toContain(count);
  });
}
