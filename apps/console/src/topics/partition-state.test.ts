import type { TopicPartition } from '@weir/contracts/topics';
import { expect, it } from 'vitest';
import { leaderOf, replicasOf, summaryOf } from './partition-state.ts';

const partition = (leader_id: number, replica_ids: number[], isr_ids: number[]): TopicPartition => ({
  kind: 'KafkaPartition',
  metadata: { self: 'http://localhost/p', resource_name: 'crn' },
  cluster_id: 'lkc-1',
  topic_name: 'orders',
  partition_id: 0,
  leader_id,
  leader_epoch: 0,
  replica_ids,
  isr_ids,
  adding_replica_ids: [],
  removing_replica_ids: [],
  replica_racks: replica_ids.map((id) => (id === 3 ? null : `zone-${id}`)),
});

const whole = partition(2, [2, 1, 3], [1, 2, 3]);
const behind = partition(1, [2, 1, 3], [1, 3]);
const moving = {
  ...partition(1, [1, 2, 4, 3], [1, 2, 3]),
  adding_replica_ids: [4],
  removing_replica_ids: [3],
};
const leaderless = partition(-1, [2], []);

it('tells replicas that are in sync from those that are not, and where they stand, in the cell’s order', () => {
  expect(replicasOf(behind)).toEqual([
    { brokerId: 2, isInSync: false, move: null, rack: 'zone-2' },
    { brokerId: 1, isInSync: true, move: null, rack: 'zone-1' },
    { brokerId: 3, isInSync: true, move: null, rack: null },
  ]);
});

it('tells replicas that are coming from those that are behind, and which will go', () => {
  expect(replicasOf(moving).map(({ move }) => move)).toEqual([null, null, 'coming', 'going']);
});

it('has no leader where none may lead', () => {
  expect([whole, behind, leaderless].map(leaderOf)).toEqual([2, 1, null]);
});

it('names the worst first', () => {
  expect(summaryOf([whole, whole])).toBe('All replicas in sync');
  expect(summaryOf([whole, moving])).toBe('1 of 2 on the way to other brokers');
  expect(summaryOf([behind, moving])).toBe('1 of 2 with replicas that are not in sync');
  expect(summaryOf([whole, behind])).toBe('1 of 2 with replicas that are not in sync');
  expect(summaryOf([whole, behind, leaderless])).toBe('1 of 3 without a leader');
});
