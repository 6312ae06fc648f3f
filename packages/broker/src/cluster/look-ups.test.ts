import { expect, test } from 'vitest';
import { lookUpIntervalMs } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { LookUps } from './look-ups.ts';

test('a thousand questions at once are one, and later ones wait their time', async () => {
  const engine = new Engine();
  const asked: number[] = [];
  const lookUps = new LookUps(engine.clock, async () => void asked.push(engine.clock.monotonicMs()));
  await engine.run(Promise.all(Array.from({ length: 1_000 }, () => lookUps.lookUp())));
  await engine.run(Promise.all(Array.from({ length: 1_000 }, () => lookUps.lookUp())));
  await engine.run(lookUps.lookUp());
  expect(asked).toEqual([0, lookUpIntervalMs, 2 * lookUpIntervalMs]);
});

test('an answer is younger than its question, also where one is under way', async () => {
  const engine = new Engine();
  const world = { version: 0 };
  const seen = { version: -1 };
  const lookUps = new LookUps(engine.clock, async () => {
    const { version } = world;
    await engine.world.sleep(100);
    seen.version = version;
  });
  const first = lookUps.lookUp();
  await engine.pass(10);
  world.version = 1;
  await engine.run(lookUps.lookUp());
  expect(seen.version).toBe(1);
  await first;
});

test('a store that does not answer is told to everybody who waits, and asked again by the next', async () => {
  const engine = new Engine();
  const outcomes = [Promise.reject(new Error('away')), Promise.resolve()];
  outcomes[0]?.catch(() => undefined);
  const lookUps = new LookUps(engine.clock, () => outcomes.shift() ?? Promise.resolve());
  const results = await engine.run(Promise.allSettled([lookUps.lookUp(), lookUps.lookUp()]));
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  await engine.run(lookUps.lookUp());
});
