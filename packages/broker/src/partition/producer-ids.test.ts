import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { expect, test } from 'vitest';
import { producerIdQuestionMs } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { ProducerIds } from './producer-ids.ts';

function broker(store = createMemoryMetadataStore(), engine = new Engine()) {
  return { engine, store, ids: new ProducerIds(store, engine.clock) };
}

test('knows its own ids at once, and those of another broker by asking the store', async () => {
  const { engine, store, ids } = broker();
  const other = broker(store, engine);
  const own = await ids.take();
  expect(ids.isKnown(own)).toBe(true);
  const foreign = await other.ids.take();
  expect(ids.isKnown(foreign)).toBe(false);
  expect(await engine.run(ids.wasHandedOut(foreign))).toBe(true);
  expect(ids.isKnown(foreign)).toBe(true);
});

test('an id that nobody was given is not one, and asking for many costs one question a second', async () => {
  const { engine, store, ids } = broker();
  await ids.take();
  const before = await store.allocateProducerIds(1);
  const asked = Array.from({ length: 1_000 }, (_, index) => ids.wasHandedOut(1_000_000 + index));
  expect(new Set(await engine.run(Promise.all(asked)))).toEqual(new Set([false]));
  const began = engine.world.now;
  expect(await engine.run(ids.wasHandedOut(2_000_000))).toBe(false);
  expect(engine.world.now - began).toBeGreaterThan(producerIdQuestionMs / 2);
  const after = await store.allocateProducerIds(1);
  expect(after.first - before.first).toBeLessThan(10);
});

test('an id that was handed out while a question was under way is found by the next one', async () => {
  const { engine, store, ids } = broker();
  const other = broker(store, engine);
  await ids.take();
  const early = ids.wasHandedOut(1_000_000);
  const id = await other.ids.take();
  expect(await engine.run(ids.wasHandedOut(id))).toBe(true);
  expect(await engine.run(early)).toBe(false);
});
