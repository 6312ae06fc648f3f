import { placePartitions } from '@weir/metadata-store/placement';
import type { WholeCell } from '@weir/metadata-store/whole-cell';
import { expect, test } from 'vitest';
import { plan, whereTheyAre } from './move-replicas.ts';

const brokerOf = (brokerId: number) => ({
  brokerId,
  host: 'localhost',
  port: 9091 + brokerId,
  peerHost: null,
  peerPort: null,
  rack: `rack-${brokerId}`,
  machine: null,
  programVersion: null,
  directoryId: '',
  bootEpoch: 1,
  isFenced: false,
  isCordoned: false,
  replicaCount: 0,
  leaderCount: 0,
});

/** Three brokers, all of which hold each partition, changed as one likes. */
function cellOf(change: Readonly<Record<number, object>>): WholeCell {
  const all = [1, 2, 3].map(brokerOf);
  const partitions = placePartitions(8, 3, all).map((record, partition) => ({
    topicId: 'orders',
    partition,
    record,
  }));
  return { brokers: all.map((broker) => ({ ...broker, ...change[broker.brokerId] })), partitions };
}

const asTheyAre = { min: 1, max: Number.POSITIVE_INFINITY };

test('a broker that is away for a moment costs no partition a replica', () => {
  expect(plan(cellOf({ 2: { isFenced: true } }), asTheyAre)).toEqual([]);
});

test('replicas that nobody can take are not given up by the way: who is away is named, and what to say instead', () => {
  expect(() => plan(cellOf({ 3: { isCordoned: true } }), asTheyAre)).toThrow(
    '8 partitions have more replicas than the 2 brokers that can take any: add another one, or remove one and say --replication-factor 2',
  );
  expect(() => plan(cellOf({ 2: { isFenced: true }, 3: { isCordoned: true } }), asTheyAre)).toThrow(
    'bring back broker 2, which is away',
  );
  const fewer = plan(cellOf({ 3: { isCordoned: true } }), { min: 1, max: 2 });
  expect(fewer).toHaveLength(8);
  for (const { to } of fewer) expect(to?.toSorted()).toEqual([1, 2]);
});

test('that every replica is where it is to be is not all, where partitions have no leader', () => {
  const cell = cellOf({});
  expect(whereTheyAre(cell)).toBe('every replica is where it is to be');
  const partitions = cell.partitions.map((each, at) =>
    at === 2 || at === 5 ? { ...each, record: { ...each.record, leader: -1 } } : each,
  );
  expect(whereTheyAre({ partitions })).toContain('2 partitions have no leader');
});
