import { expect, test } from 'vitest';
import { ThreeBrokers } from './three-brokers.ts';

// A broker that was away comes back with many partitions, of which one after the other is in sync again.

const partitionCount = 100;

test('the store is asked for many partitions of a broker that comes back at once', async () => {
  const of = await ThreeBrokers.begin({ partitionCount });
  const isWhole = async () => (await of.topic()).partitions.every(({ isr }) => isr.length === 3);
  await of.until(isWhole);
  await of.pass(5_000);
  of.broker(3).end('killed');
  await of.pass(5_000);
  expect((await of.topic()).partitions.every(({ isr }) => !isr.includes(3))).toBe(true);
  let questions = 0;
  let asked = 0;
  of.cell.store.onQuestion = (_leader, changes) => {
    questions += 1;
    asked += changes.length;
    return null;
  };
  const began = of.world.now;
  of.broker(3).start();
  await of.until(isWhole);
  expect(of.world.now - began).toBeLessThan(10_000);
  expect(asked).toBeGreaterThanOrEqual(partitionCount);
  expect(questions).toBeLessThan(partitionCount / 5);
}, 60_000);
