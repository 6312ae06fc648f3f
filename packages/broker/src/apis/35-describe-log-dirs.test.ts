import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import type { ClusterLimits } from '@weir/metadata-store/model';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeLogDirs } from './35-describe-log-dirs.ts';

type Topics = Parameters<typeof describeLogDirs.handle>[1]['topics'];

async function begin(limits: Partial<ClusterLimits> = {}) {
  const broker = await GroupsForTests.start(limits, 3);
  const ask = async (topics: Topics, clusterId = 'lkc-a') => {
    const { body } = await broker.ask(describeLogDirs, 5, { topics }, clusterId);
    if (body === null) throw new Error('no answer');
    return body;
  };
  const append = (index: number, clusterId?: string) => broker.append(index, clusterId);
  return { broker, ask, append };
}

const named = (topic: string, ...partitions: number[]) => ({ topic, partitions });

test('tells how large each partition is, also of logs that were not read since the broker began', async () => {
  const { broker, ask, append } = await begin();
  const bytes = (await append(1)) + (await append(1));
  const sizes = [0, bytes, 0].map((partitionSize, partitionIndex) => ({
    ...{ partitionIndex, partitionSize, offsetLag: 0, isFutureKey: false },
  }));
  const topics = [{ name: 'topic', partitions: sizes }];
  expect((await ask(null)).results).toMatchObject([{ errorCode: 0, isCordoned: false, topics }]);
  await broker.restart();
  expect((await ask(null)).results).toMatchObject([{ topics }]);
});

test('tells of what is named, once, and leaves out what is not there', async () => {
  const { ask } = await begin();
  const answer = await ask([
    named('topic', 2, 0, 2, 7, -1),
    named('unknown', 0),
    named('topic', 0),
    named('', 0),
  ]);
  const topics = answer.results.map((each) =>
    each.topics.map(({ name, partitions }) => [name, partitions.map((one) => one.partitionIndex)]),
  );
  expect(topics).toEqual([[['topic', [0, 2]]]]);
  expect((await ask([])).results).toMatchObject([{ topics: [] }]);
});

test('a tenant hears of nothing but his own: no other’s bytes, no path and no room of the machine', async () => {
  const { broker, ask, append } = await begin({ storedBytesMax: 1_000 });
  await broker.addCluster('lkc-b', {}, 1);
  await append(0, 'lkc-b');
  const alone = await ask(null);
  expect(alone.results).toMatchObject([{ logDir: '/kafka-logs', totalBytes: 1_000, usableBytes: 1_000 }]);
  for (let more = 0; more < 5; more++) await append(0, 'lkc-b');
  for (const each of broker.cell.clusters.values()) each.countStoredBytes();
  expect(await ask(null)).toEqual(alone);

  const own = await append(0);
  broker.cluster().countStoredBytes();
  expect((await ask([])).results).toMatchObject([{ totalBytes: 1_000, usableBytes: 1_000 - own }]);
  const unbounded = (await ask(null, 'lkc-b')).results;
  expect(unbounded).toMatchObject([{ totalBytes: -1, usableBytes: -1 }]);
});

test('a log that the disk refuses is left out, and the others are told', async () => {
  const { broker, ask } = await begin();
  const refused = broker.cluster().topicsByName.get('topic')?.hosted.get(1);
  if (refused === undefined) throw new Error('no partition 1');
  refused.replica.open = () => Promise.reject(new Error('EIO'));
  const [result] = (await ask(null)).results;
  expect(result?.topics[0]?.partitions.map((one) => one.partitionIndex)).toEqual([0, 2]);
});

test('who may not DESCRIBE the cluster is told so, in old versions by an empty list', async () => {
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
  const { errorCode, results } = await ask(null);
  expect([errorName(errorCode ?? 0), results]).toEqual(['CLUSTER_AUTHORIZATION_FAILED', []]);
  broker.cluster().authorizer = new AclIndex([{ ...grant, resourceType: 'CLUSTER', operation: 'DESCRIBE' }]);
  expect((await ask(null)).results).toHaveLength(1);
});
