import { expect, test } from 'vitest';
import { brokerLeaseMs } from './broker-rules.ts';
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
import type { PartitionChange } from './port.ts';

const resign = { kind: 'resign', isLost: false } as const;

/** The part of the suite about what the leader of a partition changes. */
export function describePartitions(current: Current): void {
  /** Three brokers, and a topic whose partitions are led by 1, 2 and 3 in turn. */
  const begin = async (partitionCount = 3, configs: Readonly<Record<string, string>> = {}) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const asked = topicOf('lkc-a', 'orders', { partitionCount, replicationFactor: 3, configs });
    const { topicId } = accepted(await store.createTopic(asked));
    const isr = (...ids: readonly number[]): PartitionChange['to'] => ({
      kind: 'isr',
      isr: ids.map((id) => brokers.life(id)),
    });
    const alter = async (brokerId: number, to: PartitionChange['to'], index = 0) => {
      const change = changeOf(topicId, await partitionOf(store, 'orders', index), to, index);
      const [outcome] = accepted(await store.alterPartitions(brokers.life(brokerId), [change]));
      if (outcome === undefined) throw new Error('a change has no outcome');
      return outcome;
    };
    return { store, brokers, topicId, isr, alter };
  };

  test('the leader takes replicas out of the ISR; below the minimum they stay eligible until it is met again', async () => {
    const { store, isr, alter } = await begin();
    expect(accepted(await alter(1, isr(1, 2)))).toEqual({
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 1,
      replicas: [1, 2, 3],
      isr: [1, 2],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    });
    accepted(await alter(1, isr(1)));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 1, leaderEpoch: 0, isr: [1], eligible: [2] });
    accepted(await alter(1, isr(3, 1)));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 1, leaderEpoch: 0, isr: [3, 1], eligible: [] });
  });

  test('the minimum is what the topic says, and never more than there are replicas', async () => {
    const { store, isr, alter } = await begin(1, { 'min.insync.replicas': '7' });
    accepted(await alter(1, isr(1, 2)));
    expect(await rolesOf(store, 'orders')).toMatchObject({ isr: [1, 2], eligible: [3] });
    accepted(await alter(1, isr(1, 2, 3)));
    expect(await rolesOf(store, 'orders')).toMatchObject({ isr: [1, 2, 3], eligible: [] });
  });

  test('a change is a compare-and-set on the partition epoch, which also grows where nothing else changes', async () => {
    const { store, brokers, topicId, isr } = await begin();
    const change = changeOf(topicId, await partitionOf(store, 'orders'), isr(1, 2, 3));
    const [first] = accepted(await store.alterPartitions(brokers.life(1), [change]));
    expect(first).toMatchObject({ ok: true, value: { partitionEpoch: 1, isr: [1, 2, 3] } });
    const [second] = accepted(await store.alterPartitions(brokers.life(1), [change]));
    expect(second).toMatchObject({ ok: false, refusal: 'INVALID_UPDATE_VERSION' });
  });

  test('many changes have an outcome each, in order, and one version', async () => {
    const { store, brokers, topicId, isr } = await begin(6);
    const { version } = await store.changesSince(0);
    const row = await partitionOf(store, 'orders');
    const nobody = { brokerId: 9, bootEpoch: 1 };
    const outcomes = accepted(
      await store.alterPartitions(brokers.life(1), [
        changeOf(topicId, row, isr(1, 2), 0),
        changeOf(topicId, row, isr(2, 1), 1),
        { ...changeOf(topicId, row, isr(1), 3), expectedPartitionEpoch: 4 },
        changeOf(topicId, row, { kind: 'isr', isr: [brokers.life(1), nobody] }, 3),
        changeOf(topicId, row, { kind: 'next-epoch' }, 3),
        { ...changeOf(topicId, row, { kind: 'next-epoch' }, 0), expectedPartitionEpoch: 1 },
        changeOf(topicId, row, { kind: 'next-epoch' }, 6),
        changeOf('AAAAAAAAAAAAAAAAAAAAAA', row, { kind: 'next-epoch' }),
      ]),
    );
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.partitionEpoch : outcome.refusal))).toEqual([
      1,
      'NOT_LEADER_OR_FOLLOWER',
      'INVALID_UPDATE_VERSION',
      'INELIGIBLE_REPLICA',
      1,
      2,
      'UNKNOWN_TOPIC_ID',
      'UNKNOWN_TOPIC_ID',
    ]);
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome.message).not.toBe('');
    const changed = { leader: 1, leaderEpoch: 1 };
    expect(await store.changesSince(version)).toMatchObject({
      version: version + 1,
      changes: [
        {
          kind: 'partitions',
          clusterId: 'lkc-a',
          topicId,
          partitions: [
            { index: 0, record: { ...changed, partitionEpoch: 2, isr: [1, 2] } },
            {
              index: 3,
              record: {
                ...changed,
                partitionEpoch: 1,
                eligibleReplicas: [],
                uncleanEpoch: -1,
                reassignment: null,
              },
            },
          ],
        },
      ],
    });
  });

  test('a life that is over changes nothing', async () => {
    const { store, brokers, topicId } = await begin();
    const before = brokers.life(1);
    await brokers.begin(1);
    const change = changeOf(topicId, await partitionOf(store, 'orders'), { kind: 'next-epoch' });
    expect(await store.alterPartitions(before, [change])).toMatchObject({ refusal: 'STALE_BROKER_EPOCH' });
    const unknown = { brokerId: 9, bootEpoch: 1 };
    expect(await store.alterPartitions(unknown, [change])).toMatchObject({ refusal: 'STALE_BROKER_EPOCH' });
  });

  test('who joins the ISR is a replica in the life that the leader saw, and not fenced', async () => {
    const { store, brokers, isr, alter } = await begin();
    const ineligible = { ok: false, refusal: 'INELIGIBLE_REPLICA' };
    accepted(await alter(1, isr(1, 2)));
    const seen = isr(1, 2, 3);
    await brokers.begin(3);
    expect(await alter(1, seen)).toMatchObject(ineligible);
    accepted(await brokers.surviveOnly(1, 2));
    expect(await alter(1, isr(1, 2, 3))).toMatchObject(ineligible);
    accepted(await store.unfenceBroker(brokers.life(3)));
    await brokers.begin(4);
    expect(await alter(1, isr(1, 2, 4))).toMatchObject(ineligible);
    expect(accepted(await alter(1, isr(1, 2, 3))).isr).toEqual([1, 2, 3]);
  });

  test('who is in the ISR may stay in it though it began another life', async () => {
    const { brokers, isr, alter } = await begin();
    const seen = isr(1, 2);
    await brokers.begin(2);
    expect(accepted(await alter(1, seen)).isr).toEqual([1, 2]);
  });

  test('an ISR without its leader, or with a broker twice, is a fault of the caller', async () => {
    const { isr, alter } = await begin();
    await expect(alter(1, isr(2, 3))).rejects.toThrow(RangeError);
    await expect(alter(1, isr(1, 2, 2))).rejects.toThrow(RangeError);
  });

  test('a leader that resigns leaves the ISR, stays eligible as long as that commits nothing, and another one leads', async () => {
    const { store, isr, alter } = await begin();
    accepted(await alter(1, isr(1, 2)));
    accepted(await alter(1, resign));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 2, leaderEpoch: 1, isr: [2], eligible: [1] });
    expect(await alter(1, resign)).toMatchObject({ refusal: 'NOT_LEADER_OR_FOLLOWER' });
  });

  test('a leader that lacks what was committed is not eligible once it has resigned, whoever goes', async () => {
    const { store, brokers, isr, alter } = await begin();
    accepted(await alter(1, isr(1, 2)));
    accepted(await alter(1, { kind: 'resign', isLost: true }));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 2, leaderEpoch: 1, isr: [2], eligible: [] });
    accepted(await brokers.surviveOnly(1, 3));
    expect(await rolesOf(store, 'orders')).toEqual({ leader: -1, leaderEpoch: 2, isr: [], eligible: [2] });
  });

  test('a leader hands over to another that is in sync, and stays in sync; to nobody else', async () => {
    const { store, isr, alter } = await begin();
    accepted(await alter(1, { kind: 'lead', leader: 3 }));
    expect(await rolesOf(store, 'orders')).toEqual({
      leader: 3,
      leaderEpoch: 1,
      isr: [1, 2, 3],
      eligible: [],
    });
    accepted(await alter(3, isr(1, 3)));
    expect(await alter(3, { kind: 'lead', leader: 2 })).toMatchObject({ refusal: 'INELIGIBLE_REPLICA' });
    expect(await alter(1, { kind: 'lead', leader: 1 })).toMatchObject({ refusal: 'NOT_LEADER_OR_FOLLOWER' });
  });

  test('a broker that retires is replaced at once, keeps what it has alone, and joins nothing any more', async () => {
    const { store, brokers, isr, alter } = await begin();
    accepted(await store.createTopic(topicOf('lkc-a', 'lone', { partitionCount: 3 })));
    const lone = await Promise.all([0, 1, 2].map((index) => partitionOf(store, 'lone', index)));
    const own = lone.findIndex((row) => row.leader === 1);
    expect(accepted(await store.retireBroker(brokers.life(1)))).toEqual({ isComplete: true });
    expect(accepted(await store.retireBroker(brokers.life(1)))).toEqual({ isComplete: true });
    expect(await rolesOf(store, 'orders')).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
    expect(await partitionOf(store, 'lone', own)).toEqual(lone[own]);
    expect(await alter(2, isr(1, 2, 3))).toMatchObject({ refusal: 'INELIGIBLE_REPLICA' });
    expect(await store.retireBroker({ brokerId: 1, bootEpoch: 7 })).toMatchObject({
      refusal: 'STALE_BROKER_EPOCH',
    });
    await brokers.begin(1);
    accepted(await alter(2, isr(1, 2, 3)));
  });

  test('a broker that retires leaves nothing to those whose lease has run out, though nobody has fenced them yet', async () => {
    const { store, brokers, alter, isr } = await begin(1, { 'min.insync.replicas': '1' });
    accepted(await alter(1, isr(1, 2)));
    const before = await partitionOf(store, 'orders');
    await brokers.pass(brokerLeaseMs + 300, 1, 3);
    expect(accepted(await store.retireBroker(brokers.life(1)))).toEqual({ isComplete: true });
    expect(await partitionOf(store, 'orders')).toEqual(before);
  });

  test('nobody resigns who is the last that lives and holds what was committed', async () => {
    const { store, isr, alter } = await begin(1, { 'min.insync.replicas': '1' });
    accepted(await alter(1, isr(1)));
    expect(await alter(1, resign)).toMatchObject({ refusal: 'INELIGIBLE_REPLICA' });
    expect(await alter(1, { kind: 'resign', isLost: true })).toMatchObject({ refusal: 'INELIGIBLE_REPLICA' });
    accepted(await store.createTopic(topicOf('lkc-a', 'alone')));
    const { topicId, partitions } = accepted(await store.createTopic(topicOf('lkc-a', 'lone')));
    const [row] = partitions;
    if (row === undefined) throw new Error('a topic has no partition');
    const life = { brokerId: row.leader, bootEpoch: 1 };
    const [outcome] = accepted(await store.alterPartitions(life, [changeOf(topicId, row, resign)]));
    expect(outcome).toMatchObject({ refusal: 'INELIGIBLE_REPLICA' });
  });

  test('a partition that changed is told alone, and with its topic to who does not know that', async () => {
    const { store, topicId, alter } = await begin();
    const created = await store.changesSince(0);
    accepted(await alter(2, { kind: 'next-epoch' }, 1));
    const between = await store.changesSince(0);
    accepted(await alter(1, { kind: 'next-epoch' }, 0));
    const indexes = async (version: number) =>
      (await store.changesSince(version)).changes.map((change) =>
        change.kind === 'partitions' ? change.partitions.map(({ index }) => index) : change.kind,
      );
    expect(await indexes(created.version)).toEqual([[0, 1]]);
    expect(await indexes(between.version)).toEqual([[0]]);
    const { changes } = await store.changesSince(created.version - 1);
    expect(changes).toEqual([
      { kind: 'topic', clusterId: 'lkc-a', topicId, topic: await store.findTopic('lkc-a', 'orders') },
    ]);
    expect(await partitionOf(store, 'orders')).toMatchObject({ leaderEpoch: 1 });
    accepted(await store.deleteTopic('lkc-a', topicId));
    expect(await indexes(created.version)).toEqual(['topic']);
  });

  test('a broker tells where its peers find it, its zone, its machine and its program', async () => {
    const { store, brokers } = await begin();
    const { version } = await store.changesSince(0);
    const told = { peerHost: 'inside', peerPort: 9444, rack: 'a', machine: 'm1', programVersion: '1.0.0+a' };
    const { isDirectoryLost: _, ...broker } = await brokers.register(brokerOf(4, told));
    expect(broker).toMatchObject({ ...told, isFenced: false });
    expect((await store.changesSince(version)).changes).toEqual([{ kind: 'broker', brokerId: 4, broker }]);
    const next = await brokers.register(brokerOf(4, { ...told, programVersion: '1.0.0+b' }));
    expect(next).toMatchObject({ bootEpoch: 2, programVersion: '1.0.0+b' });
  });
}
