import { aclOf, brokerOf, credentialOf, topicOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { type MetadataStore, StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { TailCache } from '../log/tail-cache.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Vacating } from '../partition/vacating.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord, noMetadata } from '../testing/identity-for-tests.ts';
import { Cell } from './cell.ts';
import type { Picture } from './picture.ts';
import { PictureFile } from './picture-file.ts';
import { PictureKeeper } from './picture-keeper.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

/** A broker's picture of a cell with a tenant, and what keeps it. */
async function kept() {
  const engine = new Engine();
  const store = createMemoryMetadataStore();
  await store.registerBroker(brokerOf(1));
  await store.applyCluster(clusterRecord('lkc-a'));
  await store.applyCredential(credentialOf('KEY', 'lkc-a'));
  await store.applyAcl(aclOf('lkc-a', 'orders'));
  await store.createTopic(topicOf('lkc-a', 'orders'));
  const away = { isAway: false };
  const metadata = new Proxy<MetadataStore>(store, {
    get: (target, name) => {
      if (name === 'changesSince' && away.isAway) return () => Promise.reject(new StoreError('away'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { clock, disk, log } = engine;
  const cellOf = () => {
    const deps = { ...noMetadata, clock, disk, log, random, usage: noUsage, metadata };
    const pool = new FramePool(1 << 20, true);
    const own = { deps, brokerId: 1, pool, cache: new TailCache(1 << 20), vacating: new Vacating(log) };
    return new Cell(own, { durability: 'fsync', authorizer: null });
  };
  const cell = cellOf();
  await engine.run(cell.logSizes.load());
  await engine.run(cell.start());
  const file = new PictureFile(engine, 'cell_local');
  const keeper = new PictureKeeper(engine, cell, file);
  keeper.start();
  const read = async (): Promise<Picture> => {
    const picture = await engine.run(file.read());
    if (typeof picture === 'string') throw new Error(`the picture is ${picture}`);
    return picture;
  };
  await engine.pass(500);
  return { engine, store, cell, cellOf, keeper, read, away };
}

test('a cell that is shown its picture knows what the one knew that kept it', async () => {
  const { cell, cellOf, read } = await kept();
  const shown = cellOf();
  shown.show(await read());
  expect(shown.version).toBe(cell.version);
  expect([...shown.brokers]).toEqual([...cell.brokers]);
  expect([...shown.credentials]).toEqual([...cell.credentials]);
  const [one, other] = [shown.clusters.get('lkc-a'), cell.clusters.get('lkc-a')];
  expect(one?.record).toEqual(other?.record);
  expect(one?.topicsByName.get('orders')?.record).toEqual(other?.topicsByName.get('orders')?.record);
  const { principal, operation, resourceType } = aclOf('lkc-a', 'orders');
  for (const cluster of [one, other])
    for (const name of ['orders', 'others'])
      expect(cluster?.authorizer.allows(principal, '*', operation, resourceType, name)).toBe(
        name === 'orders',
      );
});

test('a key that was revoked, and one that was made, are so in the picture a moment later', async () => {
  const { engine, store, read } = await kept();
  await store.removeCredential('KEY');
  await store.applyCredential(credentialOf('NEW', 'lkc-a'));
  await engine.pass(1_500);
  const keys = (await read()).changes.flatMap((change) =>
    change.kind === 'credential' ? [change.keyId] : [],
  );
  expect(keys).toEqual(['NEW']);
});

test('however often the cell changes, its picture is written once a second', async () => {
  const { engine, store, read } = await kept();
  const versions = new Set<number>();
  for (let at = 0; at < 100; at += 1) {
    await store.applyCluster(clusterRecord(`lkc-${at}`));
    await engine.pass(50);
    versions.add((await read()).version);
  }
  expect(versions.size).toBeGreaterThan(3);
  expect(versions.size).toBeLessThan(8);
});

test('a picture is as old as the last word of the store, not as its last change', async () => {
  const { engine, away, read } = await kept();
  const { version, confirmedMs } = await read();
  await engine.pass(600_000);
  const later = await read();
  expect(later.version).toBe(version);
  expect(later.confirmedMs).toBeGreaterThan(confirmedMs + 500_000);
  away.isAway = true;
  await engine.pass(600_000);
  expect((await read()).confirmedMs).toBeLessThan(later.confirmedMs + 70_000);
});

test('what was new when it was stopped is in it', async () => {
  const { engine, store, cell, keeper, read } = await kept();
  await store.applyCluster(clusterRecord('lkc-late'));
  await engine.run(cell.catchUp());
  await engine.run(keeper.stop());
  expect((await read()).version).toBe(cell.version);
});
