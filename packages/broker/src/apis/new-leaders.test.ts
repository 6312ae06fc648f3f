import { errorCode } from '@weir/kafka-protocol/errors';
import type { BrokerRecord } from '@weir/metadata-store/model';
import { expect, test } from 'vitest';
import { unnamedDoor } from '../cluster/door.ts';
import { NewLeaders } from './new-leaders.ts';

const brokerOf = (brokerId: number): BrokerRecord => ({
  brokerId,
  bootEpoch: 1,
  host: `host-${brokerId}`,
  port: 9092,
  peerHost: null,
  peerPort: null,
  rack: `rack-${brokerId}`,
  machine: null,
  programVersion: null,
  directoryId: '',
  isFenced: brokerId === 3,
  isCordoned: false,
});

const row = (leader: number) => ({
  leader,
  leaderEpoch: 5,
  partitionEpoch: 0,
  replicas: [1, 2, 3],
  isr: [leader],
  eligibleReplicas: [],
  uncleanEpoch: -1,
  reassignment: null,
});

const topic = {
  record: {
    clusterId: 'lkc-a',
    topicId: '',
    name: 'orders',
    configs: {},
    createdAt: 0,
    partitions: [row(1), row(2), row(3), row(-1)],
  },
};

test('a client that asked the wrong broker is told who leads, and where that one is', () => {
  const brokers = new Map([1, 2, 3].map((id) => [id, brokerOf(id)]));
  const isLive = (id: number) => brokers.get(id)?.isFenced === false;
  const leaders = new NewLeaders({ brokerId: 1, cell: { brokers, isLive } }, unnamedDoor);
  const moved = errorCode('NOT_LEADER_OR_FOLLOWER');
  expect(leaders.of(moved, topic, 1)).toEqual({ currentLeader: { leaderId: 2, leaderEpoch: 5 } });
  // This broker itself, one that is not counted on, nobody, no partition, and what was refused for another reason.
  for (const index of [0, 2, 3, 4]) expect(leaders.of(moved, topic, index)).toEqual({});
  expect(leaders.of(errorCode('KAFKA_STORAGE_ERROR'), topic, 1)).toEqual({});
  expect(leaders.nodeEndpoints).toEqual([{ nodeId: 2, host: 'host-2', port: 9092, rack: 'rack-2' }]);
});
