import type { PartitionRecord } from '@weir/metadata-store/model';
import { expect, test } from 'vitest';
import { leaderSilenceMsMax } from '../cell-limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { followerReads } from '../testing/near-reads-for-tests.ts';
import { servesReaders } from './near-reads.ts';

const record: PartitionRecord = {
  leader: 1,
  leaderEpoch: 4,
  partitionEpoch: 7,
  replicas: [1, 2, 3],
  isr: [1, 2],
  eligibleReplicas: [],
  uncleanEpoch: -1,
  reassignment: null,
};
const replica = { record, isFollower: true, isOpen: true, comparedEpoch: 4 };

test('a follower that is in sync serves readers', () => {
  expect(servesReaders(followerReads(new Engine()).environment, replica)).toBe(true);
});

test.each([
  ['leads, or has no replica', { isFollower: false }],
  ['cuts its log, or has not read it', { isOpen: false }],
  ['was not told anything in this term', { comparedEpoch: 3 }],
  ['is not in sync', { record: { ...record, isr: [1, 3] } }],
  [
    'is being added, though in sync by now',
    { record: { ...record, reassignment: { from: [1, 3], to: [1, 2] } } },
  ],
])('who %s serves nobody', (_, changed) => {
  expect(servesReaders(followerReads(new Engine()).environment, { ...replica, ...changed })).toBe(false);
});

test('who has no lease, or whose id is another’s, serves nobody', () => {
  const { environment, life } = followerReads(new Engine());
  life.isLeaseOver = true;
  expect(servesReaders(environment, replica)).toBe(false);
  life.isLeaseOver = false;
  expect(servesReaders(environment, replica)).toBe(true);
  life.isOver = true;
  expect(servesReaders(environment, replica)).toBe(false);
});

test('who does not hear of its leader for a second serves nobody until it does', async () => {
  const engine = new Engine();
  const { environment, leaders } = followerReads(engine);
  await engine.pass(leaderSilenceMsMax + 1);
  expect(servesReaders(environment, replica)).toBe(false);
  leaders.heard(3, engine.clock.monotonicMs());
  expect(servesReaders(environment, replica)).toBe(false);
  leaders.heard(1, engine.clock.monotonicMs());
  expect(servesReaders(environment, replica)).toBe(true);
});
