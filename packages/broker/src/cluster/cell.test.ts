import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore, PartitionChange } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { metadataPollMs } from '../limits.ts';
import { TailCache } from '../log/tail-cache.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import type { Partition } from '../partition/partition.ts';
import { Vacating } from '../partition/vacating.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord, noMetadata } from '../testing/identity-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { Cell } from './cell.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

/** A broker's picture of a cell with one cluster; `seen` is the store as this broker sees it. */
async function follower(see: (store: MetadataStore) => MetadataStore = (store) => store) {
  const engine = new Engine();
  const store = createMemoryMetadataStore();
  await store.applyCluster(clusterRecord('lkc-a'));
  await store.registerBroker(brokerOf(1));
  const { clock, disk, log } = engine;
  const deps = { ...noMetadata, clock, disk, log, random, usage: noUsage, metadata: see(store) };
  const pool = new FramePool(1 << 20, true);
  const begin = async () => {
    const cell = new Cell(
      { deps, brokerId: 1, pool, cache: new TailCache(1 << 20), vacating: new Vacating(log) },
      { durability: 'fsync', authorizer: null },
    );
    await engine.run(cell.logSizes.load());
    await engine.run(cell.start());
    return cell;
  };
  const cell = await begin();
  const addTopic = async (name: string, partitionCount = 1) => {
    const created = await store.createTopic({
      clusterId: 'lkc-a',
      name,
      partitionCount,
      replicationFactor: 1,
      configs: {},
      validateOnly: false,
    });
    if (!created.ok) throw new Error(created.message);
    return created.value;
  };
  const names = () => [...(cell.clusters.get('lkc-a')?.topicsByName.keys() ?? [])];
  return { engine, store, cell, begin, addTopic, names, pool };
}

const deaf = (store: MetadataStore): MetadataStore =>
  new Proxy(store, {
    get: (target, name) => {
      if (name === 'watch') return () => () => undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

test('a change arrives as soon as the store tells of it', async () => {
  const { engine, addTopic, names } = await follower();
  await addTopic('told');
  await engine.pass(1);
  expect(names()).toEqual(['told']);
});

test('a change of which nobody told arrives with the next poll', async () => {
  const { engine, addTopic, names } = await follower(deaf);
  await addTopic('untold');
  await engine.pass(metadataPollMs - 1);
  expect(names()).toEqual([]);
  await engine.pass(2);
  expect(names()).toEqual(['untold']);
});

test('what is asked for by name is there although nobody told of it', async () => {
  const { engine, cell, addTopic } = await follower(deaf);
  await addTopic('asked');
  expect((await engine.run(cell.findTopic('lkc-a', 'asked')))?.name).toBe('asked');
  expect(await engine.run(cell.findTopic('lkc-a', 'other'))).toBeNull();
  expect(await engine.run(cell.findTopic('lkc-b', 'asked'))).toBeNull();
});

test('a revoked key ends the connections that were made with it, a suspended cluster all of its own until it is open again, and a deleted one for good', async () => {
  const { engine, cell, store } = await follower();
  const verifier = { salt: '', iterations: 4096, storedKey: '', serverKey: '' };
  const key = {
    clusterId: 'lkc-a',
    principal: 'User:1',
    secrets: [{ number: 1, scramSha256: verifier, scramSha512: verifier }],
    expiresAt: null,
  };
  const ended: string[] = [];
  for (const keyId of ['one', 'two']) {
    await store.applyCredential({ ...key, keyId });
    cell.clusters
      .get('lkc-a')
      ?.connections.add({ keyId, secretNumber: 1, close: (reason) => ended.push(`${keyId}: ${reason}`) });
  }
  await cell.catchUp();
  await store.removeCredential('one');
  await cell.catchUp();
  expect(ended).toEqual(['one: credential revoked']);
  expect(await engine.run(cell.findCredential('one'))).toBeNull();
  const record = cell.clusters.get('lkc-a')?.record;
  if (record === undefined) throw new Error('there is a cluster');
  const { intentVersion } = record;
  await store.applyCluster({ ...record, isSuspended: true, intentVersion: intentVersion + 1 });
  await cell.catchUp();
  expect(ended).toContain('two: cluster suspended');
  expect(await engine.run(cell.findCredential('two'))).toBeNull();
  expect(await engine.run(cell.findNewestCredential('two'))).toBeNull();
  // Nor does who was let in by its secret a moment before.
  expect(cell.isLiveSecret('two', 1)).toBe(false);
  await store.applyCluster({ ...record, intentVersion: intentVersion + 2 });
  await cell.catchUp();
  expect(await engine.run(cell.findCredential('two'))).toMatchObject({ keyId: 'two' });
  await store.removeCluster('lkc-a');
  await cell.catchUp();
  expect(ended).toContain('two: cluster deleted');
  expect(await engine.run(cell.findCredential('two'))).toBeNull();
});

test('a secret that is retired ends the connections that were made with it, and those of the other one go on', async () => {
  const { cell, store } = await follower();
  const verifier = { salt: '', iterations: 4096, storedKey: '', serverKey: '' };
  const [first, second] = [1, 2].map((number) => ({ number, scramSha256: verifier, scramSha512: verifier }));
  if (first === undefined || second === undefined) throw new Error('there are two');
  const key = { keyId: 'one', clusterId: 'lkc-a', principal: 'User:1', expiresAt: null };
  const ended: string[] = [];
  for (const secretNumber of [1, 2]) {
    const close = (reason: string) => ended.push(`${secretNumber}: ${reason}`);
    cell.clusters.get('lkc-a')?.connections.add({ keyId: 'one', secretNumber, close });
  }
  for (const secrets of [[first], [first, second]]) {
    await store.applyCredential({ ...key, secrets });
    await cell.catchUp();
  }
  expect(ended).toEqual([]);
  await store.applyCredential({ ...key, secrets: [second] });
  await cell.catchUp();
  expect(ended).toEqual(['1: secret retired']);
  expect([1, 2].map((number) => cell.isLiveSecret('one', number))).toEqual([false, true]);
});

test('a key that ends sooner than was known ends what it opened, and one that goes on for longer does not', async () => {
  const { cell, store } = await follower();
  const verifier = { salt: '', iterations: 4096, storedKey: '', serverKey: '' };
  const secrets = [{ number: 1, scramSha256: verifier, scramSha512: verifier }];
  const ended: string[] = [];
  for (const keyId of ['one', 'other']) {
    const close = (reason: string) => ended.push(`${keyId}: ${reason}`);
    cell.clusters.get('lkc-a')?.connections.add({ keyId, secretNumber: 1, close });
  }
  const key = { keyId: 'one', clusterId: 'lkc-a', principal: 'User:1', secrets };
  for (const expiresAt of [5_000_000, 9_000_000, null]) {
    await store.applyCredential({ ...key, expiresAt });
    await cell.catchUp();
  }
  expect(ended).toEqual([]);
  await store.applyCredential({ ...key, expiresAt: 9_000_000 });
  await cell.catchUp();
  expect(ended).toEqual(['one: the credential ends sooner']);
});

test('what a cluster stores is known at the start, before its logs are read', async () => {
  const { engine, cell, begin, addTopic, pool } = await follower();
  await addTopic('stored');
  await cell.catchUp();
  const [partition] = cell.partitions();
  if (partition === undefined) throw new Error('there is no partition');
  await engine.run(partition.open());
  const batch = batchOf();
  const frame = pool.take(batch.length);
  batch.copy(frame.buffer);
  const appended = partition.append(frame.buffer.subarray(0, batch.length), frame, false);
  if (!appended.ok) throw new Error(appended.error);
  await engine.run(appended.committed);
  await engine.run(cell.stop());
  await engine.run(cell.logSizes.write(cell.partitions()));
  const next = await begin();
  expect([...next.partitions()].map(({ isOpen }) => isOpen)).toEqual([false]);
  expect(next.clusters.get('lkc-a')?.storedBytes).toBe(batch.length);
});

test('limits are divided among the brokers that live, this one among them', async () => {
  const { engine, cell, store } = await follower();
  const connections = () => cell.clusters.get('lkc-a')?.shares.of('connectionsMax');
  expect(connections()).toBe(1_000);
  const others = [await store.registerBroker(brokerOf(2)), await store.registerBroker(brokerOf(3))];
  await cell.catchUp();
  expect(connections()).toBe(333);
  await store.applyCluster(clusterRecord('lkc-b', { ingressBytesPerSecMax: 900 }));
  await cell.catchUp();
  const { shares, ingress } = cell.clusters.get('lkc-b') ?? {};
  expect(shares?.of('ingressBytesPerSecMax')).toBe(300);
  expect(ingress?.charge(900, engine.clock.monotonicMs())).toBe(1_000);
  for (const other of others) {
    if (!other.ok) throw new Error(other.message);
    await store.retireBroker(other.value);
  }
  await cell.catchUp();
  expect(connections()).toBe(1_000);
});

test('a broker that stops closes its partitions side by side, and those that cannot be closed keep none from it', async () => {
  const { engine, cell, addTopic, pool } = await follower();
  const topics = await Promise.all(Array.from({ length: 100 }, (_, index) => addTopic(`t${index}`)));
  await cell.catchUp();
  const partitions = topics.map(({ topicId }) => {
    const partition = cell.clusters.get('lkc-a')?.topicsById.get(topicId)?.hosted.get(0);
    if (partition === undefined) throw new Error('the topic has a partition');
    return partition;
  });
  const write = async (partition: Partition) => {
    await partition.open();
    const frame = pool.take(1_000);
    const batch = batchOf();
    batch.copy(frame.buffer);
    const appended = partition.append(frame.buffer.subarray(0, batch.length), frame, true);
    frame.release();
    if (appended.ok) await appended.committed;
  };
  await engine.run(Promise.all(partitions.map(write)));
  const stuck = partitions[7];
  if (stuck === undefined) throw new Error('there are 100');
  stuck.close = () => Promise.reject(new Error('the disk is gone'));
  const began = engine.world.now;
  await engine.run(cell.stop());
  // One after the other they take 1,100 ms of this disk.
  expect(engine.world.now - began).toBeLessThan(300);
  expect(engine.events.filter((event) => event === 'partition.close.failed')).toHaveLength(1);
  for (const partition of partitions) {
    const isWhole = (await engine.list(partition.dir)).includes('recovery-point');
    expect(isWhole).toBe(partition !== stuck);
  }
});

test('the directory of a deleted topic goes, with writes that were under way', async () => {
  const { engine, cell, addTopic, store, pool } = await follower();
  const { topicId } = await addTopic('doomed');
  await cell.catchUp();
  const partition = cell.clusters.get('lkc-a')?.topicsById.get(topicId)?.hosted.get(0);
  if (partition === undefined) throw new Error('the topic has a partition');
  await engine.run(partition.open());
  const frame = pool.take(1_000);
  const batch = batchOf();
  batch.copy(frame.buffer);
  partition.append(frame.buffer.subarray(0, batch.length), frame, true);
  frame.release();
  await store.deleteTopic('lkc-a', topicId);
  await cell.catchUp();
  await engine.pass(1_000);
  expect(await engine.list(partition.dir)).toEqual([]);
  expect(engine.events).not.toContain('partition.removal.failed');
});

test('a change of one partition is a matter of that one: of a wide topic the others are not looked at', async () => {
  const { store, cell, addTopic } = await follower();
  const { topicId } = await addTopic('wide', 100);
  await cell.catchUp();
  const told: number[] = [];
  cell.onPartition((partition) => told.push(partition.index));
  told.length = 0;
  const { partitionEpoch } = (await store.findTopic('lkc-a', 'wide'))?.partitions[7] ?? {};
  const to = { kind: 'next-epoch' } as const;
  const change = { topicId, partition: 7, expectedPartitionEpoch: partitionEpoch ?? -1, to };
  await store.alterPartitions({ brokerId: 1, bootEpoch: 1 }, [change]);
  await cell.catchUp();
  expect(told).toEqual([7]);
  expect(cell.findPartition(topicId, 7)?.record.leaderEpoch).toBe(1);
});

test('the directory of a deleted topic goes though its log cannot be closed, and later where the disk refuses', async () => {
  const { engine, cell, addTopic, store } = await follower();
  const { topicId } = await addTopic('doomed');
  await cell.catchUp();
  const partition = cell.findPartition(topicId, 0);
  if (partition === null) throw new Error('the topic has a partition');
  await engine.run(partition.open());
  partition.close = () => Promise.reject(new Error('the disk is full'));
  const { remove } = engine.disk;
  engine.disk.remove = () => Promise.reject(new Error('the disk refuses'));
  await store.deleteTopic('lkc-a', topicId);
  await cell.catchUp();
  await engine.pass(1_000);
  expect((await engine.list(partition.dir)).length).toBeGreaterThan(0);
  expect(engine.events).toContain('partition.removal.failed');
  engine.disk.remove = remove;
  await engine.run(cell.removals.again());
  expect(await engine.list(partition.dir)).toEqual([]);
});

test('a replica that is moved away is gone, and begins with nothing should it come back at once', async () => {
  const { engine, cell, addTopic, store, pool } = await follower();
  const { topicId } = await addTopic('moving');
  await store.registerBroker(brokerOf(2));
  const asLeader = async (brokerId: number, ...steps: PartitionChange['to'][]) => {
    for (const to of steps) {
      const { partitionEpoch } = (await store.findTopic('lkc-a', 'moving'))?.partitions[0] ?? {};
      const change = { topicId, partition: 0, expectedPartitionEpoch: partitionEpoch ?? -1, to };
      const answer = await store.alterPartitions({ brokerId, bootEpoch: 1 }, [change]);
      expect(answer).toMatchObject({ ok: true, value: [{ ok: true }] });
    }
    await cell.catchUp();
  };
  const hosted = () => cell.findPartition(topicId, 0);
  await cell.catchUp();
  const before = hosted();
  if (before === null) throw new Error('the topic has a partition');
  await engine.run(before.open());
  const batch = batchOf();
  const frame = pool.take(batch.length);
  batch.copy(frame.buffer);
  const appended = before.append(frame.buffer.subarray(0, batch.length), frame, true);
  frame.release();
  if (!appended.ok) throw new Error(appended.error);
  await engine.run(appended.committed);

  await store.reassignPartitions([{ topicId, partition: 0, to: [2] }]);
  const inSync = [1, 2].map((brokerId) => ({ brokerId, bootEpoch: 1 }));
  await asLeader(1, { kind: 'isr', isr: inSync }, { kind: 'lead', leader: 2 });
  expect(hosted()).toBeNull();
  await store.reassignPartitions([{ topicId, partition: 0, to: [2, 1] }]);
  await cell.catchUp();
  const after = hosted();
  if (after === null) throw new Error('the replica is back');
  await engine.run(after.open());
  expect([after.isFollower, after.log?.endOffset]).toEqual([true, 0]);
  expect(engine.events.filter((event) => event === 'partition.moved-away')).toHaveLength(1);
  expect(await engine.list('stray')).toEqual([]);
});
