import { expect, test } from 'vitest';
import { produce } from './producer.ts';
import { ThreeBrokers } from './three-brokers.ts';

test('a leader that lost its disk, and waits to be registered, has nobody cut a log to what it has itself', async () => {
  const of = await ThreeBrokers.begin();
  const { world, cell, brokers, stage } = of;
  world.start(produce(stage, 'producer', 0, false));
  await of.pass(5_000);
  stage.isOpen = false;
  await of.pass(3_000);
  expect(stage.history.counts.acknowledged).toBeGreaterThan(20);

  const leader = of.broker((await of.row()).leader);
  leader.end('killed');
  leader.disk.lose();
  cell.store.registrationDelayMs = () => 1_500;
  leader.start();
  await of.pass(7_000);
  expect(brokers.every((broker) => broker.isReady)).toBe(true);
  await of.check();
}, 60_000);
