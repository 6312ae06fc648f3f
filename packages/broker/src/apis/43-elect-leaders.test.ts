import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { electLeaders } from './43-elect-leaders.ts';

type Asked = Parameters<typeof electLeaders.handle>[1]['topicPartitions'];

async function begin() {
  const broker = await GroupsForTests.start({ partitionsMax: 20 }, 3);
  const ask = async (topicPartitions: Asked, electionType = 0) => {
    const request = { electionType, topicPartitions, timeoutMs: 1_000 };
    const { body } = await broker.ask(electLeaders, 2, request);
    const results = (body?.replicaElectionResults ?? []).flatMap(({ topic, partitionResult }) =>
      partitionResult.map((one) => [topic, one.partitionId, errorName(one.errorCode)]),
    );
    return { error: errorName(body?.errorCode ?? 0), results };
  };
  return { broker, ask };
}

const named = (topic: string, ...partitions: number[]) => ({ topic, partitions });

/** A topic of two replicas a partition, which the store takes broker 2 to lead, though nobody runs it. */
async function withReplicas(broker: GroupsForTests, partitionCount = 1) {
  await broker.metadata.registerBroker(brokerOf(2));
  const created = await broker.metadata.createTopic({
    clusterId: 'lkc-a',
    name: 'wide',
    partitionCount,
    replicationFactor: 2,
    configs: {},
    validateOnly: false,
  });
  if (!created.ok) throw new Error(created.message);
  return created.value;
}

test('each partition that is named is answered once, and all that are not named are left out', async () => {
  const { ask } = await begin();
  expect(await ask([named('topic', 0, 2, 0, 9, -1), named('unknown', 0), named('topic', 2)])).toEqual({
    error: 'NONE',
    results: [
      ['topic', 0, 'ELECTION_NOT_NEEDED'],
      ['topic', 2, 'ELECTION_NOT_NEEDED'],
      ['topic', 9, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['topic', -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['unknown', 0, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ],
  });
});

test('who asks for all partitions is told of those that are elected or could not be', async () => {
  const { broker, ask } = await begin();
  expect(await ask(null)).toEqual({ error: 'NONE', results: [] });
  const { partitions } = await withReplicas(broker, 2);
  expect(partitions.map(({ leader }) => leader)).toEqual([2, 2]);
  await broker.metadata.retireBroker({ brokerId: 2, bootEpoch: 1 });
  // Broker 1 leads both, and those that it is to lead.
  expect(await ask(null)).toEqual({
    error: 'NONE',
    results: [0, 1].map((index) => ['wide', index, 'PREFERRED_LEADER_NOT_AVAILABLE']),
  });
});

test('leaders are elected for who may ALTER the cluster only', async () => {
  const { broker, ask } = await begin();
  const grant = {
    clusterId: 'lkc-a',
    principal: 'User:sa-1',
    patternType: 'LITERAL',
    resourceName: '*',
    permission: 'ALLOW',
    host: '*',
  } as const;
  broker.cluster().authorizer = new AclIndex([{ ...grant, resourceType: 'TOPIC', operation: 'ALL' }]);
  const refused = 'CLUSTER_AUTHORIZATION_FAILED';
  expect(await ask([named('topic', 0), named('unknown', 1)])).toEqual({
    error: refused,
    results: [
      ['topic', 0, refused],
      ['unknown', 1, refused],
    ],
  });
  expect(await ask(null)).toEqual({ error: refused, results: [] });
  broker.cluster().authorizer = new AclIndex([{ ...grant, resourceType: 'CLUSTER', operation: 'ALTER' }]);
  expect(await ask([named('topic', 0)])).toMatchObject({ error: 'NONE' });
});

test('an unknown kind of election, and more partitions than the cluster may have, are refused', async () => {
  const { ask } = await begin();
  expect(await ask([named('topic', 0)], 2)).toMatchObject({ error: 'INVALID_REQUEST' });
  const many = Array.from({ length: 21 }, (_, index) => index);
  expect(await ask([named('topic', ...many)])).toMatchObject({ error: 'INVALID_REQUEST' });
  expect(await ask([named('topic', ...many.map(() => 0))])).toMatchObject({ error: 'NONE' });
});

test('elections count as partitions that are made do, where there is something to elect', async () => {
  const { broker, ask } = await begin();
  await withReplicas(broker);
  await broker.metadata.retireBroker({ brokerId: 2, bootEpoch: 1 });
  broker.cluster().partitionChanges.charge(1_001, broker.engine.clock.monotonicMs());
  expect(await ask([named('topic', 0), named('wide', 0)])).toEqual({
    error: 'NONE',
    results: [
      ['topic', 0, 'ELECTION_NOT_NEEDED'],
      ['wide', 0, 'POLICY_VIOLATION'],
    ],
  });
});

test('a store that does not answer is told as REQUEST_TIMED_OUT', async () => {
  const { broker, ask } = await begin();
  broker.metadata.changesSince = () => Promise.reject(new StoreError('away'));
  expect((await ask([named('topic', 0)])).results).toEqual([['topic', 0, 'REQUEST_TIMED_OUT']]);
});
