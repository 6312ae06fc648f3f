import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import {
  accepted,
  Brokers,
  changeOf,
  clusterOf,
  partitionOf,
  rolesOf,
  topicOf,
} from './conformance-fixtures.ts';
import type { AskedElection } from './port.ts';

/** The part of the suite about elections that somebody asks for. */
export function describeAskedElections(current: Current): void {
  /** Three brokers, and a topic of one partition that is to be led by 1. */
  const begin = async (configs: Readonly<Record<string, string>> = {}, replicationFactor = 3) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const asked = topicOf('lkc-a', 'orders', { replicationFactor, configs });
    const { topicId } = accepted(await store.createTopic(asked));
    const elect = async (kind: AskedElection['kind'], clusterId = 'lkc-a', partition = 0) => {
      const election = { clusterId, kind, partitions: [{ topicId, partition }] };
      const [outcome] = await store.electAsked(election);
      return outcome;
    };
    return { store, brokers, topicId, elect, roles: () => rolesOf(store, 'orders') };
  };

  /** Leads, and is in sync with nobody but itself and those. */
  const ledBy2 = async (state: Awaited<ReturnType<typeof begin>>, ...isr: readonly number[]) => {
    const { store, brokers, topicId } = state;
    const lead = { kind: 'lead', leader: 2 } as const;
    const row = await partitionOf(store, 'orders');
    accepted(await store.alterPartitions(brokers.life(1), [changeOf(topicId, row, lead)])).map(accepted);
    if (isr.length === 0) return;
    const to = { kind: 'isr', isr: isr.map((id) => brokers.life(id)) } as const;
    const now = await partitionOf(store, 'orders');
    accepted(await store.alterPartitions(brokers.life(2), [changeOf(topicId, now, to)])).map(accepted);
  };

  test('the preferred replica leads where it is in sync, and all that are in sync stay so', async () => {
    const state = await begin();
    expect(await state.elect('preferred')).toMatchObject({ ok: false, refusal: 'ELECTION_NOT_NEEDED' });
    await ledBy2(state);
    const { version } = await state.store.changesSince(0);
    expect(await state.elect('preferred')).toMatchObject({ ok: true, value: { leader: 1, leaderEpoch: 2 } });
    expect(await state.roles()).toEqual({ leader: 1, leaderEpoch: 2, isr: [1, 2, 3], eligible: [] });
    expect(await state.store.changesSince(version)).toMatchObject({
      version: version + 1,
      changes: [{ kind: 'partitions', partitions: [{ index: 0, record: { leader: 1 } }] }],
    });
    expect(await state.elect('preferred')).toMatchObject({ refusal: 'ELECTION_NOT_NEEDED' });
    expect((await state.store.changesSince(0)).version).toBe(version + 1);
  });

  test('a preferred replica that is not in sync, or fenced, does not lead', async () => {
    const state = await begin();
    await ledBy2(state, 2, 3);
    const before = await state.roles();
    expect(await state.elect('preferred')).toMatchObject({ refusal: 'PREFERRED_LEADER_NOT_AVAILABLE' });
    expect(await state.roles()).toEqual(before);
    accepted(await state.brokers.surviveOnly(2, 3));
    expect(await state.elect('preferred')).toMatchObject({ refusal: 'PREFERRED_LEADER_NOT_AVAILABLE' });
  });

  test('a change that the leader before asked for comes too late', async () => {
    const state = await begin();
    await ledBy2(state);
    const { store, brokers, topicId } = state;
    const to = { kind: 'isr', isr: [2, 3].map((id) => brokers.life(id)) } as const;
    const change = changeOf(topicId, await partitionOf(store, 'orders'), to);
    expect(await state.elect('preferred')).toMatchObject({ ok: true });
    const [outcome] = accepted(await store.alterPartitions(brokers.life(2), [change]));
    expect(outcome).toMatchObject({ refusal: 'NOT_LEADER_OR_FOLLOWER' });
  });

  test('an unclean election is only where nobody leads, and then any live replica does, alone in sync', async () => {
    const state = await begin({ 'min.insync.replicas': '1' });
    const { store, brokers } = state;
    await ledBy2(state, 2);
    expect(await state.elect('unclean')).toMatchObject({ refusal: 'ELECTION_NOT_NEEDED' });
    accepted(await brokers.surviveOnly(1, 3));
    expect(await state.roles()).toEqual({ leader: -1, leaderEpoch: 2, isr: [], eligible: [2] });
    expect(await state.elect('preferred')).toMatchObject({ refusal: 'PREFERRED_LEADER_NOT_AVAILABLE' });
    expect(await state.elect('unclean')).toMatchObject({ ok: true, value: { leader: 1 } });
    const elected = { leader: 1, leaderEpoch: 3, isr: [1], eligible: [] };
    expect(await state.roles()).toEqual(elected);
    // Whoever had what was committed follows from now on.
    accepted(await store.unfenceBroker(brokers.life(2)));
    expect(await state.roles()).toEqual(elected);
    await brokers.begin(2);
    expect(await state.roles()).toEqual(elected);
  });

  test('nobody leads where no replica lives', async () => {
    const state = await begin({}, 2);
    accepted(await state.brokers.surviveOnly(3));
    const before = await state.roles();
    expect(before.leader).toBe(-1);
    expect(await state.elect('unclean')).toMatchObject({ refusal: 'ELIGIBLE_LEADERS_NOT_AVAILABLE' });
    expect(await state.roles()).toEqual(before);
  });

  test('partitions of other clusters, and those that are not there, are unknown', async () => {
    const state = await begin();
    await state.store.applyCluster(clusterOf('lkc-b'));
    await ledBy2(state);
    const unknown = { ok: false, refusal: 'UNKNOWN_TOPIC_ID' };
    expect(await state.elect('preferred', 'lkc-b')).toMatchObject(unknown);
    expect(await state.elect('preferred', 'lkc-\0')).toMatchObject(unknown);
    expect(await state.elect('preferred', 'lkc-a', 1)).toMatchObject(unknown);
    expect(await state.elect('preferred', 'lkc-a', -1)).toMatchObject(unknown);
    expect(await state.roles()).toMatchObject({ leader: 2 });
  });

  test('each of many has an outcome, in order, and one that is asked for twice changes once', async () => {
    const state = await begin();
    await ledBy2(state);
    const { topicId, store } = state;
    const partitions = [
      { topicId, partition: 0 },
      { topicId, partition: 7 },
      { topicId, partition: 0 },
    ];
    const { version } = await store.changesSince(0);
    const outcomes = await store.electAsked({ clusterId: 'lkc-a', kind: 'preferred', partitions });
    expect(outcomes.map((outcome) => (outcome.ok ? 'elected' : outcome.refusal))).toEqual([
      'elected',
      'UNKNOWN_TOPIC_ID',
      'ELECTION_NOT_NEEDED',
    ]);
    expect((await store.changesSince(0)).version).toBe(version + 1);
    expect(await state.roles()).toMatchObject({ leaderEpoch: 2 });
  });

  test('of many that ask at once, one election is held, and what brokers lead is counted right', async () => {
    const state = await begin();
    await ledBy2(state);
    const { cell } = current();
    const other = await cell.another();
    const election = {
      clusterId: 'lkc-a',
      kind: 'preferred',
      partitions: [{ topicId: state.topicId, partition: 0 }],
    } as const;
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? state.store : other).electAsked(election)),
    );
    expect(outcomes.flat().filter((outcome) => outcome.ok)).toHaveLength(1);
    // Broker 1 leads one again, so that the next leaders are the two others.
    const lone = topicOf('lkc-a', 'lone', { partitionCount: 2, replicationFactor: 3 });
    const { partitions } = accepted(await state.store.createTopic(lone));
    expect(partitions.map(({ leader }) => leader)).toEqual([2, 3]);
  });
}
