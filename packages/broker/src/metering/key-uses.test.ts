import { expect, test } from 'vitest';
import { type KeyUser, KeyUses } from './key-uses.ts';

const by: KeyUser = { address: '192.0.2.1', clientId: 'app', softwareName: 'lib', softwareVersion: '1.0' };
const of = (keyId: string, secretNumber = 1) => ({ keyId, secretNumber, clusterId: 'lkc-a' });

test('a secret is one row a window, and none is kept of it, however often its client signs in', () => {
  const uses = new KeyUses(100);
  for (let time = 0; time < 10_000; time += 1) {
    const clientId = `app-${time}`;
    uses.end(uses.begin(of('KEY'), { ...by, clientId }));
  }
  expect(uses.size).toBe(1);
  expect(uses.take(7)).toEqual([{ ...of('KEY'), atMs: 7, ...by, clientId: 'app-9999' }]);
  expect([uses.size, uses.take(8)]).toEqual([0, []]);
});

test('a connection that goes on asking counts as use, one that is silent does not, and a secret is told by its number', () => {
  const uses = new KeyUses(100);
  const busy = uses.begin(of('KEY', 1), by);
  uses.begin(of('KEY', 2), by);
  expect(uses.take(1)).toHaveLength(2);
  busy.by = by;
  expect(uses.take(2)).toEqual([{ ...of('KEY', 1), atMs: 2, ...by }]);
  uses.end(busy);
  // What was asked just before the end is still told.
  busy.by = by;
  expect(uses.take(3)).toEqual([{ ...of('KEY', 1), atMs: 3, ...by }]);
  expect(uses.size).toBe(1);
});

test('where more secrets are used than one report tells of, each has its turn', () => {
  const uses = new KeyUses(2);
  const held = ['A', 'B', 'C'].map((keyId) => uses.begin(of(keyId), by));
  const told: string[] = [];
  for (let window = 0; window < 3; window += 1) {
    told.push(...uses.take(window).map(({ keyId }) => keyId));
    for (const use of held) use.by = by;
  }
  expect(told).toEqual(['A', 'B', 'C', 'A', 'B', 'C']);
});
