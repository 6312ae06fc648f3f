import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord } from '../testing/identity-for-tests.ts';
import { StartProblem } from './broker-life.ts';
import { SeenVersion } from './seen-version.ts';

async function storeAt(version: number) {
  const store = createMemoryMetadataStore();
  for (let at = 0; at < version; at += 1) await store.applyCluster(clusterRecord(`lkc-${at}`));
  return store;
}

async function at(version: number, engine: Engine) {
  const { clock, disk, log } = engine;
  return new SeenVersion({ clock, disk, log, metadata: await storeAt(version) });
}

test('a store that was set back begins nothing, until that is accepted', async () => {
  const engine = new Engine();
  const first = await at(7, engine);
  await engine.run(first.check(false));
  await engine.run(first.write(7));
  await engine.run((await at(9, engine)).check(false));
  const refused = engine.run((await at(3, engine)).check(false));
  await expect(refused).rejects.toThrow(StartProblem);
  await expect(refused).rejects.toThrow('is at version 3, and this broker has seen version 7');
  const accepted = await at(3, engine);
  await engine.run(accepted.check(true));
  await engine.run((await at(3, engine)).check(false));
  expect(engine.events).toEqual(['metadata.older-accepted']);
});

test('what was seen is written down from time to time', async () => {
  const engine = new Engine();
  const seen = await at(1, engine);
  let version = 4;
  seen.start(() => version);
  await engine.pass(6_000);
  expect((await engine.read('cell-version')).toString()).toBe('4\n');
  version = 5;
  await engine.pass(6_000);
  seen.stop();
  expect((await engine.read('cell-version')).toString()).toBe('5\n');
});
