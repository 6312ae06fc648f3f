import { expect, test } from 'vitest';
import type { Current } from './conformance.ts';
import { accepted, Brokers, brokerOf, clusterOf, roomyLimits } from './conformance-fixtures.ts';
import { evenShare, type LimitUse, type SharedLimit } from './limit-rules.ts';
import { noUse, toldClustersMax } from './limit-shares.ts';
import type { ToldUse } from './port.ts';

const limit: SharedLimit = 'ingressBytesPerSecMax';
const all = roomyLimits[limit];
const even = evenShare(all, 3);

const toldOf = (wanted: number, changed: Partial<Record<SharedLimit, LimitUse>> = {}): ToldUse => ({
  clusterId: 'lkc-a',
  uses: { ...noUse, [limit]: { wanted, inUse: 0 }, ...changed },
});

/** The part of the suite about limits that hold over all brokers. */
export function describeLimitShares(current: Current): void {
  /** Three brokers, which tell through two processes. */
  const begin = async () => {
    const { cell, store } = current();
    await store.applyCluster(clusterOf('lkc-a'));
    const brokers = new Brokers(cell);
    await brokers.begin(1, 2, 3);
    const stores = [store, await cell.another()];
    const answersTo = async (brokerId: number, ...told: readonly ToldUse[]) =>
      accepted(await (stores[brokerId % 2] ?? store).shareLimits(brokers.life(brokerId), told));
    /** What the broker holds of the limit after it has told that it wants so much. */
    const tell = async (brokerId: number, wanted: number) => {
      const [answer] = await answersTo(brokerId, toldOf(wanted));
      return answer?.shares[limit] ?? even;
    };
    return { store, brokers, answersTo, tell };
  };

  test('where nobody wants more than an even share, nothing is kept and nobody is told of anything', async () => {
    const { store, answersTo } = await begin();
    const { version } = await store.changesSince(0);
    for (const brokerId of [1, 2, 3])
      expect(await answersTo(brokerId, toldOf(Math.floor(even / 2)))).toEqual([]);
    expect(await answersTo(1)).toEqual([]);
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test('who wants all gets nearly all, as soon as the others have told that they want nothing', async () => {
    const { store, answersTo, tell } = await begin();
    const { version } = await store.changesSince(0);
    expect(await tell(1, all)).toBe(all - 2 * even);
    const [heard] = await answersTo(2);
    expect(heard).toMatchObject({ clusterId: 'lkc-a', hasTold: false, shares: {} });
    for (const brokerId of [2, 3]) expect(await tell(brokerId, 0)).toBeLessThan(all / 50);
    expect(await tell(1, all)).toBeGreaterThan(all * 0.95);
    // And the other way round, once the first has let go of it.
    expect(await tell(3, all)).toBeLessThan(all / 50);
    await tell(1, 0);
    expect(await tell(3, all)).toBeGreaterThan(all * 0.95);
    // Once nobody wants much, nothing is left of it.
    for (const brokerId of [3, 1, 2, 3, 1]) await tell(brokerId, 0);
    expect(await answersTo(2)).toEqual([]);
    expect((await store.changesSince(0)).version).toBe(version);
  });

  test('a quota of a client is shared out as a limit is, is told to who has not told of it, and leaves nothing behind', async () => {
    const { store, answersTo } = await begin();
    const quota = { client: 'User:sa-1', ingressBytesPerSecMax: 900, egressBytesPerSecMax: 90 };
    await store.applyCluster({ ...clusterOf('lkc-a', 2), clientQuotas: [quota] });
    expect((await store.findCluster('lkc-a'))?.clientQuotas).toEqual([quota]);
    const name = 'ingress User:sa-1';
    const tellOf = async (brokerId: number, wanted: number) => {
      const clients = { [name]: { wanted, inUse: 0 }, 'ingress User:nobody': { wanted, inUse: 0 } } as const;
      return (await answersTo(brokerId, { ...toldOf(0), clients }))[0]?.clients;
    };
    expect(await tellOf(1, 900)).toEqual({ [name]: 300 });
    expect((await answersTo(2))[0]?.clients).toEqual({ [name]: null });
    for (const brokerId of [2, 3]) expect(await tellOf(brokerId, 0)).toEqual({ [name]: 15 });
    expect(await tellOf(1, 900)).toEqual({ [name]: 870 });
    for (const brokerId of [1, 2, 3, 1, 2]) await tellOf(brokerId, 0);
    expect(await answersTo(2)).toEqual([]);
  });

  test('brokers that ask at once, through several processes, never hold more than the limit together', async () => {
    const { tell } = await begin();
    const held = new Map([1, 2, 3].map((brokerId) => [brokerId, even]));
    for (let round = 0; round < 8; round += 1) {
      const wants = [1, 2, 3].map((brokerId) => ((brokerId + round) % 3) * (all / 2));
      await Promise.all(
        wants.map(async (wanted, index) => held.set(index + 1, await tell(index + 1, wanted))),
      );
      const sum = [...held.values()].reduce((together, share) => together + share, 0);
      expect(sum).toBeLessThanOrEqual(all);
    }
    // What they hold after all that is divided among them as ever.
    for (const brokerId of [1, 2, 3]) await tell(brokerId, brokerId === 1 ? all : 0);
    expect(await tell(1, all)).toBeGreaterThan(all * 0.95);
  });

  test('each hears what the others have in use, and what is in use is taken from nobody', async () => {
    const { answersTo } = await begin();
    const connections = (inUse: number) =>
      toldOf(0, { connectionsMax: { wanted: inUse, inUse }, storedBytesMax: { wanted: 7, inUse: 7 } });
    await answersTo(1, connections(30));
    await answersTo(2, connections(20));
    const [third] = await answersTo(3, connections(1));
    expect(third?.inUseElsewhere).toMatchObject({ connectionsMax: 50, storedBytesMax: 14, groupsMax: 0 });
    const [first] = await answersTo(1, connections(30));
    expect(first?.inUseElsewhere).toMatchObject({ connectionsMax: 21, storedBytesMax: 14 });
    expect(first?.shares.connectionsMax).toBeGreaterThanOrEqual(30);
    expect(first?.hasTold).toBe(true);
  });

  test('a broker whose lease has run out holds nothing any more, and neither does a former life', async () => {
    const { brokers, answersTo, tell } = await begin();
    for (const brokerId of [2, 3, 1, 2, 3, 1]) await tell(brokerId, brokerId === 1 ? all : 0);
    accepted(await brokers.surviveOnly(2, 3));
    expect(await tell(2, all)).toBe(Math.floor(all * 0.975));
    const former = brokers.life(2);
    await brokers.register(brokerOf(2));
    const stale = await current().store.shareLimits(former, [toldOf(all)]);
    expect(stale).toMatchObject({ ok: false, refusal: 'STALE_BROKER_EPOCH' });
    const nobody = await current().store.shareLimits({ brokerId: 9, bootEpoch: 1 }, []);
    expect(nobody).toMatchObject({ ok: false, refusal: 'STALE_BROKER_EPOCH' });
    const [heard] = await answersTo(2);
    expect(heard).toMatchObject({ hasTold: false, shares: {} });
    await tell(2, all);
    await tell(3, 0);
    expect(await tell(2, all)).toBeGreaterThan(all * 0.95);
  });

  test('a limit that was lowered holds once all have told twice', async () => {
    const { store, tell } = await begin();
    for (const brokerId of [1, 2, 3, 1]) await tell(brokerId, brokerId === 3 ? 0 : all);
    const lowered = { ...clusterOf('lkc-a', 2), limits: { ...roomyLimits, [limit]: 900 } };
    await store.applyCluster(lowered);
    for (const brokerId of [1, 2, 3]) await tell(brokerId, all);
    for (const brokerId of [1, 2, 3]) expect(await tell(brokerId, all)).toBe(300);
  });

  test('of clusters that are unknown or removed nothing is kept', async () => {
    const { store, answersTo } = await begin();
    await store.applyCluster(clusterOf('lkc-b'));
    const told = ['lkc-a', 'lkc-b', 'lkc-x'].map((clusterId) => ({ ...toldOf(all), clusterId }));
    const named = async (brokerId: number) =>
      (await answersTo(brokerId)).map(({ clusterId }) => clusterId).toSorted();
    expect(await answersTo(1, ...told)).toHaveLength(2);
    expect(await named(2)).toEqual(['lkc-a', 'lkc-b']);
    await store.removeCluster('lkc-b');
    expect(await named(2)).toEqual(['lkc-a']);
    expect(await answersTo(1, ...told)).toHaveLength(1);
  });

  test('more clusters than may be told of at once are a fault of the caller', async () => {
    const { answersTo } = await begin();
    const many = Array.from({ length: toldClustersMax + 1 }, (_, index) => ({
      ...toldOf(all),
      clusterId: `lkc-${index}`,
    }));
    await expect(answersTo(1, ...many)).rejects.toThrow(RangeError);
  });
}
