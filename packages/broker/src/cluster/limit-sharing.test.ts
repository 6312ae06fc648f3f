import { accepted, brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { ClusterLimits } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { fullConfirmedMs, sharesKeptMs, shareWaitersPerClusterMax, shareWaitMsMax } from '../cell-limits.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord } from '../testing/identity-for-tests.ts';
import { LimitSharing } from './limit-sharing.ts';
import { LogicalCluster } from './logical-cluster.ts';

const rate = 1_000_000;
const clusterId = 'lkc-a';

/** A tenant of a broker: how much he sends a second while he is not told to wait, and how much was taken. */
class Sender {
  perSecond = 0;
  sent = 0;
  #waitsUntilMs = 0;

  send(cluster: LogicalCluster, nowMs: number, ms: number): void {
    if (nowMs < this.#waitsUntilMs || this.perSecond === 0) return;
    const bytes = (this.perSecond * ms) / 1_000;
    this.sent += bytes;
    this.#waitsUntilMs = nowMs + cluster.ingress.charge(bytes, nowMs);
  }
}

/** Brokers of one cell that share out the limits of one tenant; `away`: those that do not reach the store. */
async function cellOf(count: number, limits: Partial<ClusterLimits> = {}) {
  const engine = new Engine();
  const { clock, log } = engine;
  const store = createMemoryMetadataStore({ now: () => clock.now() });
  const record = clusterRecord(clusterId, { ingressBytesPerSecMax: rate, ...limits });
  await store.applyCluster(record);
  const away = new Set<number>();
  const asked = { count: 0, told: 0 };
  const brokers = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const life = accepted(await store.registerBroker(brokerOf(index + 1)));
      const shareLimits: MetadataStore['shareLimits'] = async (...question) => {
        asked.count += 1;
        asked.told += question[1].length;
        if (away.has(index)) throw new StoreError('the store does not answer');
        return store.shareLimits(...question);
      };
      const random = { below: () => 0 };
      const deps = { clock, random, log, accounts: brokerAccounts(), brokers: count };
      const cluster = new LogicalCluster(record, { ...deps, catchUp: () => Promise.resolve() });
      const sharing = new LimitSharing({
        deps: { clock, log, metadata: { shareLimits } },
        life: () => life,
        hasOthers: () => count > 1,
        clusters: () => new Map([[clusterId, cluster]]),
        groupCount: () => cluster.shares.groups,
      });
      sharing.start();
      return { life, cluster, sharing, sender: new Sender() };
    }),
  );
  const stepMs = 10;
  /** Lets that much time go by; returns what was taken in it at each broker, a second. */
  const pass = async (ms: number) => {
    const before = brokers.map(({ sender }) => sender.sent);
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      for (const { cluster, sender } of brokers) sender.send(cluster, clock.monotonicMs(), stepMs);
      await engine.pass(stepMs);
    }
    return brokers.map(({ sender }, index) => ((sender.sent - (before[index] ?? 0)) * 1_000) / ms);
  };
  const demand = (...perSecond: readonly number[]) => {
    for (const [index, { sender }] of brokers.entries()) sender.perSecond = perSecond[index] ?? 0;
  };
  const shares = () => brokers.map(({ cluster }) => cluster.shares.of('ingressBytesPerSecMax') / rate);
  return { engine, store, brokers, away, asked, pass, demand, shares };
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

const connection = { keyId: null, secretNumber: null, close: () => undefined };
function connect(cluster: LogicalCluster, count: number): void {
  for (let index = 0; index < count; index += 1) cluster.connections.add({ ...connection });
}

test('a lone broker has the whole of every limit, and asks the store nothing', async () => {
  const { brokers, asked, pass, demand, shares } = await cellOf(1);
  demand(5 * rate);
  await pass(5_000);
  expect(shares()).toEqual([1]);
  expect(brokers[0]?.cluster.shares.of('connectionsMax')).toBe(1_000);
  expect(asked.count).toBe(0);
});

test('what is sent through all brokers as fast as it goes stays at the rate, and each has the same', async () => {
  const { pass, demand } = await cellOf(3);
  demand(5 * rate, 5 * rate, 5 * rate);
  await pass(3_000);
  const taken = await pass(10_000);
  expect(sum(taken) / rate).toBeGreaterThan(0.9);
  expect(sum(taken) / rate).toBeLessThan(1.05);
  for (const one of taken) expect(one / rate).toBeCloseTo(1 / 3, 1);
});

test('all load on one broker gets nearly the whole rate within two seconds, and so it is when it moves', async () => {
  const { pass, demand, shares } = await cellOf(3);
  demand(5 * rate);
  await pass(2_000);
  expect(shares()[0]).toBeGreaterThan(0.95);
  const [first] = await pass(5_000);
  expect((first ?? 0) / rate).toBeGreaterThan(0.9);
  demand(0, 0, 5 * rate);
  await pass(4_000);
  expect(shares()[2]).toBeGreaterThan(0.9);
  expect(sum(await pass(5_000)) / rate).toBeLessThan(1.05);
});

test('who begins where another has nearly all is served at once, and within two seconds has as much', async () => {
  const { pass, demand, shares } = await cellOf(2);
  demand(5 * rate);
  await pass(10_000);
  demand(5 * rate, 5 * rate);
  const [, second] = await pass(100);
  expect((second ?? 0) / rate).toBeGreaterThan(1);
  await pass(2_000);
  for (const share of shares()) expect(share).toBeCloseTo(0.5, 1);
});

test('who wants little has it, beside one who wants all there is, and shares come to rest', async () => {
  const { pass, demand, shares } = await cellOf(3);
  demand(5 * rate, 0.1 * rate, 0.2 * rate);
  await pass(5_000);
  const rest = shares();
  const taken = (await pass(10_000)).map((perSecond) => perSecond / rate);
  expect(taken[1]).toBeCloseTo(0.1, 2);
  expect(taken[2]).toBeCloseTo(0.2, 2);
  expect(taken[0]).toBeGreaterThan(0.6);
  expect(sum(taken)).toBeLessThan(1.05);
  for (const [index, share] of shares().entries()) expect(share).toBeCloseTo(rest[index] ?? 0, 1);
});

test('of tenants who want little nothing is told', async () => {
  const { asked, pass, demand } = await cellOf(3);
  demand(0.1 * rate, 0.1 * rate, 0.1 * rate);
  await pass(10_000);
  expect(asked.told).toBe(0);
  // Each broker asks twice a second whether anybody has told of anything.
  expect(asked.count).toBeLessThanOrEqual(60);
});

test('without the store shares stay for a while, are even after that, and are divided again when it is back', async () => {
  const { engine, away, pass, demand, shares } = await cellOf(3);
  demand(5 * rate);
  await pass(3_000);
  for (const index of [0, 1, 2]) away.add(index);
  await pass(sharesKeptMs - 1_000);
  expect(shares()[0]).toBeGreaterThan(0.95);
  await pass(2_000);
  for (const share of shares()) expect(share).toBeCloseTo(1 / 3, 3);
  const saysSo = engine.events.filter((event) => event.startsWith('limits.'));
  expect(saysSo.toSorted()).toEqual([
    ...Array(3).fill('limits.not-shared'),
    ...Array(3).fill('limits.shares.expired'),
  ]);
  away.clear();
  await pass(3_000);
  expect(shares()[0]).toBeGreaterThan(0.95);
});

test('connections: as many in all as the limit says, wherever they are, and who waits gets what is left elsewhere', async () => {
  const { engine, brokers, pass } = await cellOf(3, { connectionsMax: 100 });
  const [one, two, three] = brokers;
  if (one === undefined || two === undefined || three === undefined) throw new Error('there are three');
  const admit = async ({ cluster, sharing }: typeof one) => {
    await engine.run(sharing.waitForConnection(cluster));
    const admission = cluster.admission('connectionsMax', cluster.connections.size);
    if (admission === 'now') connect(cluster, 1);
    return admission;
  };
  connect(one.cluster, 33);
  for (let count = 34; count <= 94; count += 1) expect(await admit(one)).toBe('now');
  for (let count = 0; count < 3; count += 1) for (const broker of [two, three]) await admit(broker);
  expect(brokers.map(({ cluster }) => cluster.connections.size)).toEqual([94, 3, 3]);
  for (const broker of brokers) expect(await admit(broker)).toBe('no');
  // What is closed at one may be opened at another.
  const open = two.cluster.connections.size;
  for (const each of [...one.cluster.connections].slice(0, 50)) one.cluster.connections.delete(each);
  await pass(1_500);
  for (let count = 0; count < 50; count += 1) expect(await admit(two)).toBe('now');
  expect(two.cluster.connections.size).toBe(open + 50);
});

test('a broker dies, and its clients come to the others: none is refused, and once it is fenced all are there', async () => {
  const { store, brokers, pass } = await cellOf(3, { connectionsMax: 100 });
  const [one, two, dead] = brokers;
  if (one === undefined || two === undefined || dead === undefined) throw new Error('there are three');
  for (const { cluster } of brokers) connect(cluster, 33);
  await pass(3_000);
  dead.sharing.stop();
  let waiting = 33;
  const said = new Set<string>();
  const come = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      for (const { cluster, sharing } of [one, two]) {
        const admission = waiting > 0 ? cluster.admission('connectionsMax', cluster.connections.size) : null;
        if (admission !== null) said.add(admission);
        if (admission === 'soon') sharing.hurry();
        if (admission !== 'now') continue;
        connect(cluster, 1);
        waiting -= 1;
      }
      await pass(100);
    }
  };
  // As long as it may take until it is fenced: what it had in use counts twice.
  await come(3_300);
  expect(waiting).toBeGreaterThan(0);
  accepted(await store.retireBroker(dead.life));
  for (const { cluster } of [one, two]) cluster.setBrokers(2);
  await come(3_000);
  expect([waiting, said]).toEqual([0, new Set(['now', 'soon'])]);
});

test('what is asked for again and again does not keep the store from being asked', async () => {
  const { brokers, asked, pass } = await cellOf(2);
  for (let passedMs = 0; passedMs < 5_000; passedMs += 50) {
    for (const { sharing } of brokers) sharing.hurry();
    await pass(50);
  }
  expect(asked.count).toBeGreaterThan(40);
  expect(asked.count).toBeLessThan(120);
});

test('who waits for a share does not wait for long, and few do', async () => {
  const { engine, brokers, away, pass } = await cellOf(2, { connectionsMax: 10 });
  const [one] = brokers;
  if (one === undefined) throw new Error('there are two');
  away.add(0).add(1);
  connect(one.cluster, 5);
  await pass(100);
  const beganMs = engine.world.now;
  const waiting = Array.from({ length: shareWaitersPerClusterMax + 5 }, () =>
    one.sharing.waitForConnection(one.cluster),
  );
  let ended = 0;
  for (const each of waiting) void each.then(() => (ended += 1));
  await pass(20);
  expect(ended).toBe(5);
  await engine.run(Promise.all(waiting));
  expect(engine.world.now - beganMs).toBeLessThan(shareWaitMsMax + 100);
  expect(one.cluster.shares.waiting).toBe(0);
});

test('a cluster is full when all brokers together store its limit, also at one that stores nothing', async () => {
  const { brokers, pass } = await cellOf(3, { storedBytesMax: 900 });
  const stored = [400, 400, 0];
  for (const [index, { cluster }] of brokers.entries())
    cluster.countStoredBytes = () => {
      cluster.storedBytes = stored[index] ?? 0;
    };
  await pass(6_000);
  const isFull = () => brokers.map(({ cluster }) => cluster.isFull);
  expect(isFull()).toEqual([false, false, false]);
  stored[1] = 501;
  await pass(1_000);
  // It may be a partition that two brokers count for a moment.
  expect(isFull()).toEqual([false, false, false]);
  await pass(fullConfirmedMs);
  expect(isFull()).toEqual([true, true, true]);
  stored[0] = 100;
  await pass(1_000);
  expect(isFull()).toEqual([false, false, false]);
});

test('groups: an admission counts on what other brokers have, and says no where they have all', async () => {
  const { brokers, pass } = await cellOf(2, { groupsMax: 10 });
  const [one, two] = brokers;
  if (one === undefined || two === undefined) throw new Error('there are two');
  one.cluster.shares.groups = 5;
  expect(one.cluster.admission('groupsMax', 5)).toBe('soon');
  await pass(1_500);
  expect(one.cluster.admission('groupsMax', 5)).toBe('now');
  one.cluster.shares.groups = 6;
  two.cluster.shares.groups = 4;
  await pass(1_500);
  expect(one.cluster.admission('groupsMax', 6)).toBe('soon');
  await pass(fullConfirmedMs);
  expect(one.cluster.admission('groupsMax', 6)).toBe('no');
  expect(two.cluster.admission('groupsMax', 4)).toBe('no');
});
