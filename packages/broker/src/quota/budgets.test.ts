import type { BudgetRecord, Restraints, SpentElsewhere } from '@weir/metadata-store/restraints';
import { expect, test } from 'vitest';
import { Budgets } from './budgets.ts';

const gibibyte = 1024 ** 3;
const ada = { principal: 'User:ada', keyId: 'KEY1' };
const anyone = { principal: 'User:bob', keyId: 'KEY2' };

const recordOf = (changed: Partial<BudgetRecord> = {}): BudgetRecord => ({
  limitId: 'sl-1',
  client: null,
  action: 'read-only',
  message: 'the limit is used up',
  leftMicros: 50_000,
  asOfMs: 0,
  microsPerHour: 0,
  fromMs: 0,
  countedUntilMs: {},
  price: { ingressMicros: 50_000, egressMicros: 50_000, freeIngressBytes: 0, freeEgressBytes: 0 },
  ...changed,
});

const begin = () => {
  const time = { nowMs: 0 };
  const budgets = new Budgets({ now: () => time.nowMs, monotonicMs: () => time.nowMs }, 1);
  let version = 0;
  const restraintsOf = (...records: readonly BudgetRecord[]): Restraints => {
    version += 1;
    return { version, stops: [], budgets: records };
  };
  const cluster = budgets.ofCluster('lkc-a');
  const tell = (...records: readonly BudgetRecord[]) => cluster.apply(restraintsOf(...records));
  return { time, budgets, cluster, restraintsOf, tell };
};

test('who has used up what a limit leaves is refused with its sentence, to the byte, and goes on once it is raised', () => {
  const { cluster, tell } = begin();
  tell(recordOf());
  cluster.charge('ingress', ada, gibibyte / 2, 10_000);
  cluster.charge('egress', anyone, gibibyte / 2 - 30_000, 10_000);
  expect(cluster.stopOf(ada)).toBeNull();
  cluster.charge('ingress', ada, 60_000, 10_000);
  expect(cluster.stopOf(ada)).toMatchObject({ message: 'the limit is used up' });
  tell(recordOf({ leftMicros: 50_002 }));
  expect(cluster.stopOf(ada)).toBeNull();
});

test('bytes in windows that the ledger holds count once, and those of an earlier period do not', () => {
  const { cluster, tell } = begin();
  tell(recordOf({ leftMicros: 100_000 }));
  for (const endMs of [10_000, 20_000]) cluster.charge('ingress', ada, gibibyte, endMs);
  expect(cluster.stopOf(ada)).not.toBeNull();
  tell(recordOf({ leftMicros: 50_001, countedUntilMs: { 1: 10_000 } }));
  expect(cluster.stopOf(ada)).toBeNull();
  tell(recordOf({ leftMicros: 50_000, countedUntilMs: { 1: 10_000, 2: 90_000 } }));
  expect(cluster.stopOf(ada)).not.toBeNull();
  tell(recordOf({ leftMicros: 1, fromMs: 20_000 }));
  expect(cluster.stopOf(ada)).toBeNull();
});

test('what costs nothing uses nothing up, and time does where it costs', () => {
  const { cluster, tell, time } = begin();
  const price = { ...recordOf().price, freeIngressBytes: gibibyte };
  tell(recordOf({ price, microsPerHour: 3_600 }));
  cluster.charge('ingress', ada, gibibyte, 10_000);
  time.nowMs = 49_999_000;
  expect(cluster.stopOf(ada)).toBeNull();
  time.nowMs = 50_000_000;
  expect(cluster.stopOf(ada)).not.toBeNull();
});

test('a limit of a client stops that client, and one of a key whoever comes with it', () => {
  const { cluster, tell } = begin();
  tell(
    recordOf({ client: 'User:ada', limitId: 'sl-1' }),
    recordOf({ client: 'Key:KEY3', limitId: 'sl-2', leftMicros: 0 }),
  );
  cluster.charge('ingress', anyone, 9 * gibibyte, 10_000);
  expect(cluster.stopOf(ada)).toBeNull();
  cluster.charge('ingress', ada, gibibyte, 10_000);
  expect(cluster.stopOf(ada)).not.toBeNull();
  expect(cluster.stopOf(anyone)).toBeNull();
  expect(cluster.stopOf({ ...anyone, keyId: 'KEY3' })).not.toBeNull();
});

test('who is to be throttled waits, longer for more, and is never refused', () => {
  const { cluster, tell } = begin();
  tell(recordOf({ action: 'throttle' }));
  expect(cluster.delayMs('ingress', ada, gibibyte)).toBe(0);
  cluster.charge('ingress', ada, gibibyte, 10_000);
  expect(cluster.stopOf(ada)).toBeNull();
  expect(cluster.delayMs('ingress', ada, 16_384)).toBe(0);
  expect(cluster.delayMs('ingress', ada, 32_768)).toBe(1_000);
  expect(cluster.delayMs('ingress', ada, gibibyte)).toBe(30_000);
});

test('whoever does not wait comes to where nothing more is taken, in that direction and of those concerned', () => {
  const { cluster, tell, time } = begin();
  tell(recordOf({ action: 'throttle', client: 'Key:KEY1' }));
  const isOver = (who: typeof ada, direction: 'ingress' | 'egress' = 'ingress') =>
    cluster.isOverdrawn(direction, who);
  cluster.delayMs('ingress', ada, gibibyte);
  expect(isOver(ada)).toBe(false);
  cluster.charge('ingress', ada, gibibyte, 10_000);
  cluster.delayMs('ingress', ada, 33 * 16_384);
  expect([isOver(ada), isOver(anyone), isOver(ada, 'egress')]).toEqual([true, false, false]);
  time.nowMs = 1_000;
  expect(isOver(ada)).toBe(false);
  tell(recordOf({ action: 'throttle', client: 'Key:KEY1', leftMicros: 50_001 }));
  cluster.delayMs('ingress', ada, gibibyte);
  expect(isOver(ada)).toBe(false);
});

test('clusters that one limit covers use it up together, and one that leaves takes what it used along', () => {
  const { budgets, cluster, restraintsOf } = begin();
  const other = budgets.ofCluster('lkc-b');
  const both = restraintsOf(recordOf());
  cluster.apply(both);
  other.apply(both);
  other.charge('egress', anyone, gibibyte, 10_000);
  expect(cluster.stopOf(ada)).not.toBeNull();
  other.apply();
  expect(cluster.stopOf(ada)).toBeNull();
});

test('what other brokers have told counts, unless the ledger holds it', () => {
  const { budgets, cluster, tell } = begin();
  tell(recordOf());
  const windows = [{ clusterId: 'lkc-a', endMs: 10_000, ingressBytes: gibibyte, egressBytes: 0 }];
  const others: SpentElsewhere[] = [{ brokerId: 2, limitId: 'sl-1', windows }];
  expect(budgets.open()).toHaveLength(1);
  budgets.heard('sl-1', others);
  expect(budgets.open()).toHaveLength(0);
  expect(cluster.stopOf(ada)).not.toBeNull();
  tell(recordOf({ countedUntilMs: { 2: 10_000 } }));
  expect(cluster.stopOf(ada)).toBeNull();
});

test('while nobody hears the others each broker has an even part of what is left', () => {
  const { budgets, cluster, tell } = begin();
  tell(recordOf({ leftMicros: 150_000 }));
  for (const budget of budgets.open()) budget.setApart(3, 0);
  cluster.charge('ingress', ada, gibibyte - 30_000, 10_000);
  expect(cluster.stopOf(ada)).toBeNull();
  cluster.charge('ingress', ada, 30_000, 10_000);
  expect(cluster.stopOf(ada)).not.toBeNull();
  budgets.heard('sl-1', []);
  expect(cluster.stopOf(ada)).toBeNull();
});

test('however long the ledger is away, what is told stays bounded and nothing of it is forgotten', () => {
  const { budgets, cluster, tell } = begin();
  tell(recordOf({ leftMicros: 1_000 * 50_000 }));
  for (let window = 1; window <= 1_000; window++) {
    expect(cluster.stopOf(ada)).toBeNull();
    cluster.charge('ingress', ada, gibibyte, window * 10_000);
  }
  expect(cluster.stopOf(ada)).not.toBeNull();
  expect(budgets.open()[0]?.told().windows.length).toBeLessThanOrEqual(200);
});

test('a stop of the cluster stops everybody, with its sentence', () => {
  const { cluster } = begin();
  cluster.apply({ version: 1, stops: [{ reason: 'dunning', message: 'pay first' }], budgets: [] });
  expect(cluster.stopOf(anyone)).toMatchObject({ message: 'pay first' });
  cluster.apply({ version: 2, stops: [], budgets: [] });
  expect(cluster.stopOf(anyone)).toBeNull();
});
