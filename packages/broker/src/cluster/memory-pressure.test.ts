import { expect, test } from 'vitest';
import { TailCache } from '../log/tail-cache.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { clusterForTests } from '../testing/identity-for-tests.ts';
import { MemoryPressure } from './memory-pressure.ts';

test('refuses growth beyond each cluster’s floor and holds back who keeps most, until there is room again', () => {
  const accounts = brokerAccounts();
  const [large, small] = [
    clusterForTests('lkc-large', undefined, {}, accounts),
    clusterForTests('lkc-small', undefined, {}, accounts),
  ];
  const clusters = new Map([large, small].map((cluster) => [cluster.id, cluster]));
  const pressure = new MemoryPressure({ accounts, clusters }, new TailCache(0));
  large.accounts.groups.take(20_000_000);
  pressure.begin(false);
  expect([large.isHeldBack, small.isHeldBack]).toEqual([true, false]);
  expect(large.accounts.groups.tryTake(1)).toBe(false);
  expect(small.accounts.groups.tryTake(1_000)).toBe(true);
  expect(small.accounts.groups.tryTake(10_000_000)).toBe(false);
  let resumed = 0;
  large.whenReleased.add(() => {
    resumed += 1;
  });
  pressure.begin(true);
  expect(small.accounts.groups.tryTake(1)).toBe(false);
  pressure.end();
  expect([large.isHeldBack, resumed]).toEqual([false, 1]);
  expect(large.accounts.groups.tryTake(1)).toBe(true);
  expect(small.accounts.groups.tryTake(10_000_000)).toBe(true);
});
