import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex, allowEverything } from '@weir/metadata-store/acl-index';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeQuorum } from './55-describe-quorum.ts';

const asked = (topicName = '__cluster_metadata', ...indexes: readonly number[]) => ({
  topics: [
    {
      topicName,
      partitions: (indexes.length === 0 ? [0] : indexes).map((partitionIndex) => ({ partitionIndex })),
    },
  ],
});

test('the broker that is called the controller leads, the others observe, and other tenants change nothing of it', async () => {
  const broker = await GroupsForTests.start({}, 1, {}, null);
  broker.cluster().authorizer = allowEverything;
  await broker.metadata.registerBroker(brokerOf(2));
  await broker.engine.run(broker.cell.catchUp());
  const tell = async () => (await broker.ask(describeQuorum, 2, asked())).body?.topics[0]?.partitions[0];
  const told = await tell();
  expect(told).toMatchObject({ errorCode: 0, leaderId: 1, leaderEpoch: 1 });
  expect(told?.currentVoters).toMatchObject([{ replicaId: 1, logEndOffset: told?.highWatermark }]);
  expect(told?.observers).toMatchObject([{ replicaId: 2, logEndOffset: -1 }]);
  await broker.addCluster('lkc-b', {}, 5);
  broker.cluster().authorizer = allowEverything;
  expect((await tell())?.highWatermark).toBe(told?.highWatermark);
});

test('nothing else is described, and to who may not describe the cluster nothing', async () => {
  const broker = await GroupsForTests.start();
  for (const wrong of [asked('topic'), asked('__cluster_metadata', 1), asked('__cluster_metadata', 0, 0)]) {
    const { body } = await broker.ask(describeQuorum, 2, wrong);
    const errors = body?.topics[0]?.partitions.map(({ errorCode }) => errorName(errorCode));
    expect(new Set(errors)).toEqual(new Set(['UNKNOWN_TOPIC_OR_PARTITION']));
  }
  broker.cluster().authorizer = new AclIndex([]);
  const { body } = await broker.ask(describeQuorum, 2, asked());
  expect(errorName(body?.errorCode ?? 0)).toBe('CLUSTER_AUTHORIZATION_FAILED');
  expect(body?.topics).toEqual([]);
});
