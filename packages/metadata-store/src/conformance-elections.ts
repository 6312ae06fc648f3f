import { expect, test } from 'vitest';
import { brokerLeaseMs } from './broker-rules.ts';
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

/** The part of the suite about who is counted on, and who leads then. */
export function describeElections(current: Current): void {
  const begin = async (changed: Parameters<typeof topicOf>[2] = {}) => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const asked = topicOf('lkc-a', 'orders', { replicationFactor: 3, ...changed });
    const { topicId } = accepted(await store.createTopic(asked));
    return { cell, store, brokers, topicId, roles: () => rolesOf(store, 'orders') };
  };
  const nothing = { fencedBrokers: [], partitionsChanged: 0, isComplete: true };

  test('a broker is fenced once its lease ran out, and leaves what it led and was in sync with', async () => {
    const { store, brokers, roles } = await begin({ partitionCount: 3 });
    const { version } = await store.changesSince(0);
    const election = accepted(await brokers.surviveOnly(2, 3));
    expect(election).toMatchObject({ fencedBrokers: [1], partitionsChanged: 3, isComplete: true });
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
    expect(await rolesOf(store, 'orders', 1)).toMatchObject({ leader: 2, leaderEpoch: 0, isr: [2, 3] });
    const { changes } = await store.changesSince(version);
    expect(changes).toMatchObject([
      { kind: 'broker', brokerId: 1, broker: { isFenced: true, bootEpoch: 1 } },
      { kind: 'partitions', partitions: [{ index: 0 }, { index: 1 }, { index: 2 }] },
    ]);
    expect(accepted(await store.electLeaders(brokers.life(2)))).toMatchObject(nothing);
    expect((await store.changesSince(0)).version).toBe(version + 1);
  });

  test('nothing is done while everybody renews', async () => {
    const { store, brokers } = await begin();
    const { version } = await store.changesSince(0);
    await brokers.pass(2 * brokerLeaseMs, 1, 2, 3);
    expect(accepted(await store.electLeaders(brokers.life(1)))).toMatchObject(nothing);
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test('who looks hears how long the leases last of all that are not fenced', async () => {
    const { store, brokers } = await begin();
    await brokers.pass(2 * brokerLeaseMs, 1, 2, 3);
    await brokers.pass(1_000, 1, 2);
    const { leases } = accepted(await store.electLeaders(brokers.life(1)));
    expect(leases.map((lease) => lease.brokerId)).toEqual([1, 2, 3]);
    const [first, second, third] = leases.map((lease) => lease.leftMs);
    expect(first).toBeGreaterThan(brokerLeaseMs - 750);
    expect(second).toBeGreaterThan(brokerLeaseMs - 750);
    expect(third).toBeGreaterThan(0);
    expect(third).toBeLessThanOrEqual(brokerLeaseMs - 1_000);
    accepted(await brokers.surviveOnly(1, 2));
    const left = accepted(await store.electLeaders(brokers.life(1))).leases;
    expect(left.map((lease) => lease.brokerId)).toEqual([1, 2]);
  });

  test('who has not renewed without a break for a whole lease fences nobody', async () => {
    const { cell, store, brokers } = await begin();
    const propose = (brokerId: number) => store.electLeaders(brokers.life(brokerId));
    const untrusted = { ok: false, refusal: 'NOT_TRUSTED' };
    expect(await propose(1)).toMatchObject(untrusted);
    await brokers.pass(brokerLeaseMs + 300, 1, 2);
    // The store was away for everybody: who comes back first finds all leases expired.
    await cell.passMs(brokerLeaseMs + 300);
    expect(await propose(1)).toMatchObject(untrusted);
    accepted(await store.renewLease(brokers.life(1), 0));
    expect(await propose(1)).toMatchObject(untrusted);
    await brokers.pass(brokerLeaseMs - 600, 1, 2, 3);
    expect(await propose(1)).toMatchObject(untrusted);
    await brokers.pass(900, 1, 2, 3);
    expect(accepted(await propose(1))).toMatchObject(nothing);
  });

  test('a break that has just begun is one, though the lease still lasts', async () => {
    const { cell, store, brokers } = await begin();
    await brokers.pass(brokerLeaseMs + 300, 1);
    await cell.passMs(1_000);
    expect(await store.electLeaders(brokers.life(1))).toMatchObject({ refusal: 'NOT_TRUSTED' });
  });

  test('who is fenced, or in another life by now, proposes nothing', async () => {
    const { store, brokers } = await begin();
    accepted(await brokers.surviveOnly(2, 3));
    const fenced = brokers.life(1);
    await brokers.pass(brokerLeaseMs + 300, 1, 2, 3);
    expect(await store.electLeaders(fenced)).toMatchObject({ refusal: 'NOT_TRUSTED' });
    await brokers.begin(1);
    expect(await store.electLeaders(fenced)).toMatchObject({ refusal: 'STALE_BROKER_EPOCH' });
  });

  test('an ISR loses one after the other; below the minimum they stay eligible, and the last but one back leads', async () => {
    const { store, brokers, roles } = await begin();
    accepted(await brokers.surviveOnly(2, 3));
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 1, isr: [2, 3], eligible: [] });
    accepted(await brokers.surviveOnly(3));
    expect(await roles()).toEqual({ leader: 3, leaderEpoch: 2, isr: [3], eligible: [2] });
    // Somebody has to say that the last one is gone, too.
    await brokers.begin(4);
    accepted(await brokers.surviveOnly(4));
    expect(await roles()).toEqual({ leader: -1, leaderEpoch: 3, isr: [], eligible: [2, 3] });
    // Broker 1 left an ISR that went on without it: it may have missed something.
    await brokers.begin(1);
    expect(await roles()).toEqual({ leader: -1, leaderEpoch: 3, isr: [], eligible: [2, 3] });
    await brokers.begin(2);
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 4, isr: [2], eligible: [3] });
    await brokers.begin(3);
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 4, isr: [2], eligible: [3] });
    expect(await partitionOf(store, 'orders')).toMatchObject({ partitionEpoch: 4, replicas: [1, 2, 3] });
  });

  test('an eligible replica leads where the ISR is lost', async () => {
    const { store, brokers, topicId, roles } = await begin();
    const to = { kind: 'isr', isr: [brokers.life(1)] } as const;
    const change = changeOf(topicId, await partitionOf(store, 'orders'), to);
    accepted(await store.alterPartitions(brokers.life(1), [change]));
    accepted(await brokers.surviveOnly(2, 3));
    expect(await roles()).toEqual({ leader: 2, leaderEpoch: 1, isr: [2], eligible: [1, 3] });
  });

  test('where one is enough to commit, those that it goes on without are eligible no more', async () => {
    const { brokers, roles } = await begin({ configs: { 'min.insync.replicas': '1' } });
    await brokers.begin(4);
    accepted(await brokers.surviveOnly(4));
    expect(await roles()).toEqual({ leader: -1, leaderEpoch: 1, isr: [], eligible: [1, 2, 3] });
    await brokers.begin(3);
    expect(await roles()).toEqual({ leader: 3, leaderEpoch: 2, isr: [3], eligible: [] });
  });

  test('a fenced broker that comes back in the same life is told, and counted on only once it says so', async () => {
    const { store, brokers, roles } = await begin({ replicationFactor: 1 });
    accepted(await brokers.surviveOnly(2, 3));
    expect(await roles()).toEqual({ leader: -1, leaderEpoch: 1, isr: [], eligible: [1] });
    const { version } = await store.changesSince(0);
    const renewed = await store.renewLease(brokers.life(1), 0);
    expect(renewed).toEqual({ ok: true, value: { version, isFenced: true } });
    expect(await roles()).toMatchObject({ leader: -1 });
    const broker = accepted(await store.unfenceBroker(brokers.life(1)));
    expect(broker).toMatchObject({ brokerId: 1, bootEpoch: 1, isFenced: false });
    expect(await roles()).toEqual({ leader: 1, leaderEpoch: 2, isr: [1], eligible: [] });
    const { changes } = await store.changesSince(version);
    expect(changes).toMatchObject([
      { kind: 'broker', broker: { brokerId: 1, isFenced: false } },
      { kind: 'partitions', partitions: [{ index: 0 }] },
    ]);
    expect(accepted(await store.unfenceBroker(brokers.life(1)))).toEqual(broker);
    expect((await store.changesSince(0)).version).toBe(version + 1);
    expect(accepted(await store.electLeaders(brokers.life(2)))).toMatchObject(nothing);
  });

  test('only the current life of a broker is counted on again', async () => {
    const { store, brokers } = await begin();
    const before = brokers.life(1);
    await brokers.begin(1);
    expect(await store.unfenceBroker(before)).toMatchObject({ refusal: 'STALE_BROKER_EPOCH' });
    const unknown = { brokerId: 9, bootEpoch: 1 };
    expect(await store.unfenceBroker(unknown)).toMatchObject({ refusal: 'STALE_BROKER_EPOCH' });
  });

  test('a broker that gave its lease back is fenced at once', async () => {
    const { store, brokers } = await begin();
    await brokers.pass(brokerLeaseMs + 300, 1, 2, 3);
    await store.endLease(brokers.life(1));
    expect(accepted(await store.electLeaders(brokers.life(2)))).toMatchObject({ fencedBrokers: [1] });
  });
}
