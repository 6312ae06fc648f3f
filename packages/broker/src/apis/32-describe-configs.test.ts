import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { listConfigResources } from './74-list-config-resources.ts';

const types = { topic: 2, broker: 4, logger: 8, metrics: 16, group: 32 };

async function begin() {
  const broker = await GroupsForTests.start();
  const describe = async (
    resourceType: number,
    resourceName: string,
    configurationKeys: readonly string[] | null = null,
    isDocumented = false,
  ) => {
    const resources = [{ resourceType, resourceName, configurationKeys }];
    const request = { resources, includeSynonyms: true, includeDocumentation: isDocumented };
    const { body } = await broker.ask(describeConfigs, 4, request);
    const [result] = body?.results ?? [];
    if (result === undefined) throw new Error('there is a result');
    return { ...result, error: errorName(result.errorCode) };
  };
  const list = async (resourceTypes: readonly number[], version = 1) => {
    const { body } = await broker.ask(listConfigResources, version, { resourceTypes });
    const resources = body?.configResources ?? [];
    return [
      errorName(body?.errorCode ?? -1),
      ...resources.map((each) => `${each.resourceType} ${each.resourceName}`),
    ];
  };
  return { broker, describe, list };
}

test('a setting tells whether it was set on the topic, and what holds without it', async () => {
  const { broker, describe } = await begin();
  const configs = [{ name: 'cleanup.policy', configOperation: 0, value: 'compact' }];
  const resources = [{ resourceType: types.topic, resourceName: 'topic', configs }];
  await broker.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  const { configs: told } = await describe(types.topic, 'topic', ['cleanup.policy', 'retention.ms'], true);
  expect(told).toEqual([
    {
      name: 'cleanup.policy',
      value: 'compact',
      readOnly: false,
      configSource: 1,
      isSensitive: false,
      synonyms: [
        { name: 'cleanup.policy', value: 'compact', source: 1 },
        { name: 'log.cleanup.policy', value: 'delete', source: 5 },
      ],
      configType: 7,
      documentation: expect.stringContaining('compacted'),
    },
    expect.objectContaining({ name: 'retention.ms', value: '604800000', configSource: 5, configType: 5 }),
  ]);
  expect((await describe(types.topic, 'topic', ['retention.ms'])).configs[0]?.documentation).toBeNull();
});

test('a broker tells what tools read of it, all of it read only; the empty name has nothing of its own', async () => {
  const { broker, describe } = await begin();
  const { configs, error } = await describe(types.broker, '1');
  expect(error).toBe('NONE');
  const values = Object.fromEntries(configs.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    'auto.create.topics.enable': 'false',
    'delete.topic.enable': 'true',
    'default.replication.factor': '1',
    'min.insync.replicas': '1',
    'message.max.bytes': String(Math.min(1_048_588, broker.cluster().record.limits.messageBytesMax)),
    'node.id': '1',
    'offsets.retention.minutes': '10080',
  });
  expect(configs.every(({ readOnly, isSensitive }) => readOnly && !isSensitive)).toBe(true);
  expect(await describe(types.broker, '')).toMatchObject({ error: 'NONE', configs: [] });
  expect((await describe(types.broker, '1', ['num.partitions'])).configs.map(({ name }) => name)).toEqual([
    'num.partitions',
  ]);
  for (const name of ['2', '01', 'one']) {
    expect(await describe(types.broker, name)).toMatchObject({ error: 'INVALID_REQUEST', configs: [] });
  }
});

test('resources that can be described are listed, by type', async () => {
  const { list } = await begin();
  expect(await list([])).toEqual(['NONE', '4 1', '2 topic']);
  expect(await list([types.topic])).toEqual(['NONE', '2 topic']);
  expect(await list([types.group, types.metrics, types.logger])).toEqual(['NONE']);
  // Only client metrics were asked for in v0.
  expect(await list([], 0)).toEqual(['NONE']);
  expect(await list([types.topic, 1])).toEqual(['UNSUPPORTED_VERSION']);
});

test('who may not DESCRIBE_CONFIGS is told so, and nothing more', async () => {
  const { broker, describe, list } = await begin();
  broker.cluster().authorizer = new AclIndex([]);
  expect(await list([])).toEqual(['CLUSTER_AUTHORIZATION_FAILED']);
  for (const name of ['topic', 'unknown']) {
    expect(await describe(types.topic, name)).toMatchObject({
      error: 'TOPIC_AUTHORIZATION_FAILED',
      configs: [],
    });
  }
  expect((await describe(types.broker, '1')).error).toBe('CLUSTER_AUTHORIZATION_FAILED');
});
