import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import {
  accepted,
  Brokers,
  brokerOf,
  changeOf,
  clusterOf,
  partitionOf,
  topicOf,
} from './conformance-fixtures.ts';

/** The part of the suite about replicas that are moved from some brokers to others. */
export function describeReassignments(current: Current): void {
  /** Four brokers, and a topic on the first `replicationFactor` of them that the first leads. */
  const begin = async (replicationFactor: number, configs: Readonly<Record<string, string>> = {}) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(...[1, 2, 3].slice(0, replicationFactor));
    const { topicId } = accepted(
      await store.createTopic(topicOf('lkc-a', 'orders', { replicationFactor, configs })),
    );
    await brokers.begin(...[1, 2, 3, 4].slice(replicationFactor));
    const row = () => partitionOf(store, 'orders');
    const reassign = async (to: readonly number[] | null) => {
      const [outcome] = await store.reassignPartitions([{ topicId, partition: 0, to }]);
      if (outcome === undefined) throw new Error('a reassignment has no outcome');
      return outcome;
    };
    const alter = async (to: Parameters<typeof changeOf>[2]) => {
      const now = await row();
      const life = brokers.life(now.leader);
      const [outcome] = accepted(await store.alterPartitions(life, [changeOf(topicId, now, to)]));
      if (outcome === undefined) throw new Error('a change has no outcome');
      return outcome;
    };
    const inSync = async (...ids: readonly number[]) =>
      accepted(await alter({ kind: 'isr', isr: ids.map((id) => brokers.life(id)) }));
    return { store, brokers, topicId, row, reassign, alter, inSync };
  };

  test('replicas are added first: the others stay until all that are added are in sync', async () => {
    const { row, reassign, inSync } = await begin(3);
    const reassignment = { from: [1, 2, 3], to: [1, 2, 4] };
    expect(accepted(await reassign([1, 2, 4]))).toEqual({
      leader: 1,
      // In a new epoch nobody is known to have anything: the broker that is added may have been a replica before.
      leaderEpoch: 1,
      partitionEpoch: 1,
      replicas: [1, 2, 4, 3],
      isr: [1, 2, 3],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment,
    });
    expect(await row()).toMatchObject({ replicas: [1, 2, 4, 3], reassignment });
    expect(await inSync(1, 2, 3, 4)).toEqual({
      leader: 1,
      leaderEpoch: 1,
      partitionEpoch: 2,
      replicas: [1, 2, 4],
      isr: [1, 2, 4],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    });
  });

  test('who leads and is to go hands over before the move ends', async () => {
    const { reassign, inSync, alter } = await begin(3);
    accepted(await reassign([2, 3, 4]));
    expect(await inSync(1, 2, 3, 4)).toMatchObject({ leader: 1, reassignment: { to: [2, 3, 4] } });
    expect(accepted(await alter({ kind: 'lead', leader: 2 }))).toEqual({
      leader: 2,
      leaderEpoch: 2,
      partitionEpoch: 3,
      replicas: [2, 3, 4],
      isr: [2, 3, 4],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    });
  });

  test('an election may end it: one of those that stay leads', async () => {
    const { row, brokers, reassign, inSync } = await begin(3);
    accepted(await reassign([2, 3, 4]));
    await inSync(1, 2, 3, 4);
    accepted(await brokers.surviveOnly(2, 3, 4));
    expect(await row()).toMatchObject({ leader: 2, replicas: [2, 3, 4], isr: [2, 3, 4], reassignment: null });
  });

  test('it does not end where fewer would be in sync than must be', async () => {
    const { row, reassign, inSync } = await begin(3, { 'min.insync.replicas': '2' });
    await inSync(1, 2);
    accepted(await reassign([1, 3]));
    expect(await row()).toMatchObject({ isr: [1, 2], replicas: [1, 3, 2], reassignment: { to: [1, 3] } });
    accepted(await reassign([1, 3, 4]));
    await inSync(1, 2, 3);
    expect(await inSync(1, 3, 4)).toMatchObject({ replicas: [1, 3, 4], isr: [1, 3, 4], reassignment: null });
  });

  test('it does not end where fewer would be in sync than before, if more are to be', async () => {
    const { reassign, inSync } = await begin(3, { 'min.insync.replicas': '1' });
    await inSync(1, 2);
    accepted(await reassign([1, 3]));
    expect(await inSync(1, 2)).toMatchObject({ isr: [1, 2], reassignment: { to: [1, 3] } });
    expect(await inSync(1)).toMatchObject({ isr: [1], replicas: [1, 3], reassignment: null });
  });

  test('replicas that are only taken away are gone at once', async () => {
    const { reassign } = await begin(3);
    expect(accepted(await reassign([2, 1]))).toMatchObject({
      leader: 1,
      leaderEpoch: 0,
      replicas: [2, 1],
      isr: [1, 2],
      reassignment: null,
    });
  });

  test('a partition of one replica that gets more commits alone until they have all, then needs two', async () => {
    const { brokers, row, reassign, inSync } = await begin(1);
    accepted(await reassign([1, 2, 3]));
    await inSync(1, 2);
    await brokers.surviveOnly(1, 3, 4);
    // One is enough as before, so that who has gone may lack what it commits.
    expect(await row()).toMatchObject({ leader: 1, isr: [1], eligibleReplicas: [] });
    await brokers.begin(2);
    await inSync(1, 2, 3);
    expect(await row()).toMatchObject({ replicas: [1, 2, 3], reassignment: null });
    await inSync(1);
    expect(await row()).toMatchObject({ isr: [1], eligibleReplicas: [2, 3] });
  });

  test('a disk that is lost on the way: who was added leads if it has all, else there is nobody else to ask', async () => {
    const { brokers, row, reassign, inSync } = await begin(1);
    accepted(await reassign([1, 2]));
    const lose = (directoryId: string) => brokers.register(brokerOf(1, { directoryId }));
    await lose('bG9zdCBkaXJlY3RvcnkgMQ');
    expect(await row()).toMatchObject({ leader: 1, isr: [1] });
    accepted(await reassign([2, 1]));
    await inSync(1, 2);
    expect(await row()).toMatchObject({ reassignment: null });
    accepted(await reassign([1]));
    accepted(await reassign([1, 4]));
    accepted(await reassign([4]));
    await inSync(1, 4);
    await lose('bG9zdCBkaXJlY3RvcnkgMg');
    expect(await row()).toMatchObject({ leader: 4, isr: [4], replicas: [4], reassignment: null });
  });

  test('a cancellation goes back to where the replicas were, also from the second target', async () => {
    const { reassign, inSync } = await begin(3);
    accepted(await reassign([4, 1, 2]));
    await inSync(1, 2, 3);
    const second = accepted(await reassign([2, 4]));
    expect(second).toMatchObject({ replicas: [2, 4, 1, 3], reassignment: { from: [1, 2, 3], to: [2, 4] } });
    expect(accepted(await reassign(null))).toMatchObject({
      leader: 1,
      leaderEpoch: second.leaderEpoch,
      replicas: [1, 2, 3],
      isr: [1, 2, 3],
      reassignment: null,
    });
    expect(await reassign(null)).toMatchObject({ refusal: 'NO_REASSIGNMENT_IN_PROGRESS' });
  });

  test('nobody is taken away who alone has what was committed', async () => {
    const { brokers, row, reassign, inSync, alter } = await begin(1);
    accepted(await reassign([1, 2]));
    accepted(await reassign([2]));
    accepted(await reassign([3]));
    await inSync(1, 3);
    accepted(await reassign(null));
    accepted(await reassign([2, 3]));
    await inSync(1, 2);
    accepted(await alter({ kind: 'lead', leader: 2 }));
    await brokers.surviveOnly(2, 3, 4);
    const before = await row();
    expect(before).toMatchObject({ leader: 2, isr: [2], reassignment: { from: [1], to: [2, 3] } });
    for (const to of [null, [3], [1, 3]])
      expect(await reassign(to)).toMatchObject({ ok: false, refusal: 'INVALID_REPLICA_ASSIGNMENT' });
    expect(await row()).toEqual(before);
  });

  test('a target is some brokers that the cell knows, each once', async () => {
    const { row, reassign, store } = await begin(3);
    const before = await row();
    for (const to of [[], [1, 1], [1, 9], [-1]]) {
      expect(await reassign(to)).toMatchObject({ ok: false, refusal: 'INVALID_REPLICA_ASSIGNMENT' });
    }
    expect(await row()).toEqual(before);
    const unknown = { topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partition: 0, to: [1] };
    expect(await store.reassignPartitions([unknown])).toMatchObject([
      { ok: false, refusal: 'UNKNOWN_TOPIC_OR_PARTITION' },
    ]);
  });

  test('to be where one is changes nothing, and no version', async () => {
    const { row, reassign, store } = await begin(3);
    const { version } = await store.changesSince(0);
    const before = await row();
    expect(accepted(await reassign([1, 2, 3]))).toEqual(before);
    expect(await store.changesSince(version)).toEqual({ version, changes: [] });
  });

  test('nothing new is placed on a broker that is cordoned, in this life and the next', async () => {
    const { store, brokers } = await begin(1);
    expect(accepted(await store.cordonBroker(2, true))).toMatchObject({ brokerId: 2, isCordoned: true });
    await brokers.begin(2);
    const wide = accepted(await store.createTopic(topicOf('lkc-a', 'wide', { partitionCount: 9 })));
    expect(wide.partitions.flatMap((partition) => partition.replicas)).not.toContain(2);
    const { version } = await store.changesSince(0);
    accepted(await store.cordonBroker(2, true));
    expect(await store.changesSince(version)).toEqual({ version, changes: [] });
    accepted(await store.cordonBroker(2, false));
    expect(await store.changesSince(version)).toMatchObject({
      changes: [{ kind: 'broker', brokerId: 2, broker: { isCordoned: false } }],
    });
    // It has no replica, and the others have some.
    const { partitions } = accepted(await store.createTopic(topicOf('lkc-a', 'next')));
    expect(partitions).toMatchObject([{ replicas: [2] }]);
    expect(await store.cordonBroker(9, true)).toMatchObject({ refusal: 'BROKER_ID_NOT_REGISTERED' });
  });

  test('what brokers hold is counted as it moves, so that the next topic goes where there is least', async () => {
    const { store, reassign, inSync } = await begin(1);
    accepted(await reassign([4]));
    await inSync(1, 4);
    const fill = accepted(await store.createTopic(topicOf('lkc-a', 'fill', { partitionCount: 2 })));
    expect(fill.partitions).toMatchObject([{ replicas: [2] }, { replicas: [3] }]);
    accepted(await reassign(null));
    const next = accepted(await store.createTopic(topicOf('lkc-a', 'next')));
    expect(next.partitions).toMatchObject([{ replicas: [4] }]);
  });
}
