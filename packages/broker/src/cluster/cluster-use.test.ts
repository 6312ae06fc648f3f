import { expect, test } from 'vitest';
import { clusterForTests } from '../testing/identity-for-tests.ts';
import { usesMuch, usesOf } from './cluster-use.ts';

/** A cluster of which three brokers divide limits of thirty connections, thirty groups and 900 bytes. */
function divided() {
  const cluster = clusterForTests('lkc-a', undefined, {
    connectionsMax: 30,
    groupsMax: 30,
    storedBytesMax: 900,
  });
  cluster.setBrokers(3);
  const connect = (count: number) => {
    for (let index = 0; index < count; index += 1)
      cluster.connections.add({ keyId: null, secretNumber: null, close: () => undefined });
  };
  return { cluster, connect };
}

test('three quarters of an even share are of interest to nobody, and more are', () => {
  const { cluster, connect } = divided();
  connect(7);
  cluster.shares.groups = 7;
  cluster.storedBytes = 225;
  expect(usesMuch(cluster)).toBe(false);
  connect(1);
  expect(usesMuch(cluster)).toBe(true);
  const stored = divided().cluster;
  stored.storedBytes = 226;
  expect(usesMuch(stored)).toBe(true);
});

test('what is in use is wanted, and an even share more where somebody was put off', () => {
  const { cluster, connect } = divided();
  connect(4);
  expect(usesOf(cluster)).toMatchObject({
    connectionsMax: { wanted: 4, inUse: 4 },
    groupsMax: { wanted: 0, inUse: 0 },
    ingressBytesPerSecMax: { wanted: 0, inUse: 0 },
  });
  cluster.shares.short.add('connectionsMax');
  expect(usesOf(cluster).connectionsMax).toEqual({ wanted: 14, inUse: 4 });
  connect(21);
  expect(usesOf(cluster).connectionsMax).toEqual({ wanted: 30, inUse: 25 });
});
