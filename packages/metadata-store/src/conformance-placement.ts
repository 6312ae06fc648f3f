import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import { accepted, Brokers, brokerOf, clusterOf, furnish, topicOf } from './conformance-fixtures.ts';
import type { NewBroker } from './port.ts';

/** The part of the suite about where a topic's replicas lie. */
export function describePlacement(current: Current): void {
  const begin = async (brokers: readonly Partial<NewBroker>[]) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const lives = new Brokers(cell);
    for (const [at, labels] of brokers.entries()) await lives.register(brokerOf(at + 1, labels));
    return lives;
  };
  const place = async (partitionCount: number, replicationFactor: number) => {
    const { store } = current();
    const name = `t${partitionCount}x${replicationFactor}`;
    const topic = accepted(
      await store.createTopic(topicOf('lkc-a', name, { partitionCount, replicationFactor })),
    );
    return topic.partitions.map((partition) => partition.replicas);
  };

  test('places replicas on the brokers with the fewest, and spreads leadership', async () => {
    const { store } = current();
    await furnish(store, 3);
    accepted(await store.createTopic(topicOf('lkc-a', 'one', { partitionCount: 2 })));
    const wide = topicOf('lkc-a', 'wide', { partitionCount: 4, replicationFactor: 2 });
    const { partitions } = accepted(await store.createTopic(wide));
    expect(partitions.map((partition) => partition.replicas)).toEqual([
      [3, 1],
      [2, 3],
      [1, 3],
      [3, 2],
    ]);
    for (const partition of partitions) expect(partition.leader).toBe(partition.replicas[0]);
  });

  test('the replicas of a partition lie in zones of their own, and all brokers lead as much', async () => {
    const zones = ['a', 'a', 'b', 'b', 'c', 'c'];
    await begin(zones.map((rack) => ({ rack })));
    const placed = await place(12, 3);
    for (const replicas of placed) {
      expect(new Set(replicas.map((brokerId) => zones[brokerId - 1])).size).toBe(3);
    }
    const leaders = Map.groupBy(placed, ([leader]) => leader);
    expect([...leaders.values()].map((led) => led.length)).toEqual([2, 2, 2, 2, 2, 2]);
    const replicas = Map.groupBy(placed.flat(), (brokerId) => brokerId);
    expect([...replicas.values()].map((held) => held.length)).toEqual([6, 6, 6, 6, 6, 6]);
  });

  test('without zones the replicas of a partition lie on machines of their own, if there are enough', async () => {
    const machines = ['one', 'one', 'two', 'two'];
    await begin(machines.map((machine) => ({ machine })));
    for (const replicas of await place(6, 2)) {
      expect(new Set(replicas.map((brokerId) => machines[brokerId - 1])).size).toBe(2);
    }
    for (const replicas of await place(3, 3)) {
      expect(new Set(replicas.map((brokerId) => machines[brokerId - 1])).size).toBe(2);
    }
  });

  test.each([
    [[{}], 1],
    [[{}, {}], 2],
    [[{}, {}, {}, {}], 3],
    [[{ machine: 'one' }, { machine: 'one' }, { machine: 'one' }], 1],
    [[{ machine: 'one' }, { machine: 'one' }, {}, {}], 3],
    [[{ rack: 'a' }, { rack: 'a' }, { rack: 'b' }], 2],
  ])('the default replication factor on brokers %j is %i', async (brokers, factor) => {
    await begin(brokers);
    const [replicas] = await place(1, -1);
    expect(replicas).toHaveLength(factor);
  });

  test.each([
    [
      [{ rack: 'a' }, { rack: 'a' }, { rack: 'b' }],
      3,
      "the cell's brokers are in 2 zone(s); ask for at most 2",
    ],
    [[{}, {}], 3, 'the cell has 2 broker(s); ask for at most 2'],
    [[], 1, 'none of the brokers of the cell is alive'],
    [[], -1, 'none of the brokers of the cell is alive'],
  ])(
    'on brokers %j the replication factor %i is refused, and the sentence says what to do',
    async (brokers, factor, message) => {
      await begin(brokers);
      const { store } = current();
      const refusal = await store.createTopic(topicOf('lkc-a', 'orders', { replicationFactor: factor }));
      expect(refusal).toMatchObject({ ok: false, refusal: 'INVALID_REPLICATION_FACTOR' });
      expect(refusal.ok ? '' : refusal.message).toContain(message);
    },
  );

  test('on a broker that is fenced something is placed only where nobody else is left, and is not in sync', async () => {
    const brokers = await begin([{}, {}, {}]);
    await brokers.surviveOnly(1, 3);
    expect((await place(4, 2)).flat()).not.toContain(2);
    const asked = topicOf('lkc-a', 'wide', { partitionCount: 4, replicationFactor: 3 });
    const { partitions } = accepted(await brokers.store.createTopic(asked));
    for (const { leader, replicas, isr } of partitions) {
      expect(replicas.toSorted()).toEqual([1, 2, 3]);
      expect(replicas[0]).toBe(leader);
      expect(isr.toSorted()).toEqual([1, 3]);
    }
    expect((await brokers.store.findTopic('lkc-a', 'wide'))?.partitions).toEqual(partitions);
  });

  test('who is away counts for the default replication factor where the others are enough to write', async () => {
    const brokers = await begin([{}, {}, {}]);
    await brokers.surviveOnly(1, 3);
    expect((await place(1, -1))[0]).toHaveLength(3);
    await brokers.surviveOnly(1);
    expect(await place(2, -1)).toEqual([[1], [1]]);
  });

  test('a zone whose brokers are away is a zone', async () => {
    const zones = ['a', 'a', 'b', 'b', 'c', 'c'];
    const brokers = await begin(zones.map((rack) => ({ rack })));
    await brokers.surviveOnly(1, 2, 3, 4);
    for (const replicas of await place(6, 3))
      expect(new Set(replicas.map((brokerId) => zones[brokerId - 1])).size).toBe(3);
  });

  test('without a broker that is alive nothing is placed', async () => {
    const brokers = await begin([{}, {}]);
    await brokers.store.retireBroker(brokers.life(1));
    await brokers.store.retireBroker(brokers.life(2));
    const refusal = await brokers.store.createTopic(topicOf('lkc-a', 'orders'));
    expect(refusal.ok ? '' : refusal.message).toContain('none of the brokers of the cell is alive');
  });

  test('after elections new topics are still placed where the least is, and led by who leads the least', async () => {
    const brokers = await begin([{}, {}, {}]);
    await place(6, 3);
    await brokers.surviveOnly(1, 2);
    accepted(await brokers.store.unfenceBroker(brokers.life(3)));
    // Broker 3 leads nothing now, 1 and 2 lead three each.
    expect((await place(3, 3)).map(([leader]) => leader)).toEqual([3, 3, 3]);
    expect((await place(4, 3)).map(([leader]) => leader)).toEqual([1, 2, 3, 1]);
  });
}
