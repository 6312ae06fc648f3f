import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { alterConfigs } from './33-alter-configs.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';

type Asked = Parameters<typeof incrementalAlterConfigs.handle>[1]['resources'][number];

const operations = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3, NONE: 9 };

async function begin() {
  const broker = await GroupsForTests.start();
  const resource = (
    changes: readonly [keyof typeof operations, string, string | null][],
    resourceName = 'topic',
    resourceType = 2,
  ): Asked => ({
    resourceType,
    resourceName,
    configs: changes.map(([operation, name, value]) => ({
      configOperation: operations[operation],
      name,
      value,
    })),
  });
  const alter = async (resources: readonly Asked[], validateOnly = false) => {
    const { body } = await broker.ask(incrementalAlterConfigs, 1, { resources, validateOnly });
    return (body?.responses ?? []).map((each) => [each.resourceName, errorName(each.errorCode)]);
  };
  const replace = async (configs: readonly (readonly [string, string | null])[], resourceName = 'topic') => {
    const named = configs.map(([name, value]) => ({ name, value }));
    const resources = [{ resourceType: 2, resourceName, configs: named }];
    const { body } = await broker.ask(alterConfigs, 2, { resources, validateOnly: false });
    return (body?.responses ?? []).map((each) => [errorName(each.errorCode), each.errorMessage]);
  };
  const topic = () => broker.cluster().topicsByName.get('topic');
  const configs = () => topic()?.record.configs;
  return { broker, resource, alter, replace, topic, configs };
}

test('what was set holds for the partitions the moment that the answer is there', async () => {
  const { alter, resource, topic, configs } = await begin();
  const changes = resource([
    ['SET', 'cleanup.policy', 'compact'],
    ['SET', 'retention.ms', '5000'],
  ]);
  expect(await alter([changes])).toEqual([['topic', 'NONE']]);
  expect(configs()).toEqual({ 'cleanup.policy': 'compact', 'retention.ms': '5000' });
  expect(topic()?.hosted.get(0)?.settings.rules.isCompacted).toBe(true);
  expect(await alter([resource([['DELETE', 'retention.ms', null]])])).toEqual([['topic', 'NONE']]);
  expect(configs()).toEqual({ 'cleanup.policy': 'compact' });
});

test('elements join and leave lists, and nothing else', async () => {
  const { alter, resource, configs } = await begin();
  await alter([resource([['APPEND', 'cleanup.policy', 'compact']])]);
  expect(configs()).toEqual({ 'cleanup.policy': 'delete,compact' });
  await alter([resource([['SUBTRACT', 'cleanup.policy', 'delete']])]);
  expect(configs()).toEqual({ 'cleanup.policy': 'compact' });
  expect(await alter([resource([['APPEND', 'retention.ms', '1']])])).toEqual([['topic', 'INVALID_CONFIG']]);
});

test.each([
  ['a name twice', [['SET', 'retention.ms', '1'] as const, ['DELETE', 'retention.ms', null] as const]],
  ['null where a value is to be', [['SET', 'retention.ms', null] as const]],
  ['null to append', [['APPEND', 'cleanup.policy', null] as const]],
  ['an operation that is none', [['NONE', 'retention.ms', '1'] as const]],
])('%s is INVALID_REQUEST and changes nothing of the resource', async (_, changes) => {
  const { alter, resource, configs } = await begin();
  const all = [...changes.map(([...each]) => each), ['SET', 'segment.ms', '7'] as const];
  expect(await alter([resource(all.map(([a, b, c]) => [a, b, c]))])).toEqual([['topic', 'INVALID_REQUEST']]);
  expect(configs()).toEqual({});
});

test('one wrong value leaves the whole resource as it was, and the others change', async () => {
  const { broker, alter, resource, configs } = await begin();
  const asked = { clusterId: 'lkc-a', name: 'other', partitionCount: 1, replicationFactor: 1 };
  await broker.metadata.createTopic({ ...asked, configs: {}, validateOnly: false });
  const wrong = resource([
    ['SET', 'retention.ms', '5'],
    ['SET', 'segment.ms', 'soon'],
  ]);
  const right = resource([['SET', 'retention.ms', '6']], 'other');
  expect(await alter([wrong, right])).toEqual([
    ['topic', 'INVALID_CONFIG'],
    ['other', 'NONE'],
  ]);
  expect(configs()).toEqual({});
  expect(broker.cluster().topicsByName.get('other')?.record.configs).toEqual({ 'retention.ms': '6' });
});

test('a resource that is named twice is refused wherever it stands', async () => {
  const { alter, resource, configs } = await begin();
  const set = (value: string) => resource([['SET', 'retention.ms', value]]);
  expect(await alter([set('5'), set('6')])).toEqual([
    ['topic', 'INVALID_REQUEST'],
    ['topic', 'INVALID_REQUEST'],
  ]);
  expect(configs()).toEqual({});
});

test('what cannot be configured here is refused, each with its own error', async () => {
  const { alter, resource } = await begin();
  const set = [['SET', 'retention.ms', '5']] as [keyof typeof operations, string, string][];
  const asked = [
    resource(set, 'unknown'),
    resource(set, 'no/name'),
    resource(set, '1', 4),
    resource(set, 'g', 99),
  ];
  expect(await alter(asked)).toEqual([
    ['unknown', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['no/name', 'INVALID_TOPIC_EXCEPTION'],
    ['1', 'POLICY_VIOLATION'],
    ['g', 'INVALID_REQUEST'],
  ]);
  expect(await alter([resource([['SET', 'no.such.config', '5']])])).toEqual([['topic', 'INVALID_CONFIG']]);
  expect(await alter([resource([['DELETE', 'no.such.config', null]])])).toEqual([['topic', 'NONE']]);
});

test('to validate says what would come of it, and changes nothing', async () => {
  const { alter, resource, configs } = await begin();
  expect(await alter([resource([['SET', 'retention.ms', '5']])], true)).toEqual([['topic', 'NONE']]);
  expect(await alter([resource([['SET', 'retention.ms', 'x']])], true)).toEqual([
    ['topic', 'INVALID_CONFIG'],
  ]);
  expect(configs()).toEqual({});
});

test('a batch may not become larger than the cluster’s kind allows', async () => {
  const { broker, alter, resource } = await begin();
  const { messageBytesMax } = broker.cluster().record.limits;
  const set = (bytes: number) => alter([resource([['SET', 'max.message.bytes', String(bytes)]])]);
  expect(await set(messageBytesMax + 1)).toEqual([['topic', 'POLICY_VIOLATION']]);
  expect(await set(messageBytesMax)).toEqual([['topic', 'NONE']]);
});

test('AlterConfigs gives back its default to whatever it does not name', async () => {
  const { replace, alter, resource, configs } = await begin();
  await alter([
    resource([
      ['SET', 'retention.ms', '5'],
      ['SET', 'segment.ms', '6'],
    ]),
  ]);
  expect(await replace([['segment.ms', '7']])).toEqual([['NONE', null]]);
  expect(configs()).toEqual({ 'segment.ms': '7' });
  expect(await replace([['segment.ms', null]])).toEqual([
    ['INVALID_REQUEST', 'Null value not supported for : segment.ms'],
  ]);
  expect(await replace([])).toEqual([['NONE', null]]);
  expect(configs()).toEqual({});
});

test('who may not ALTER_CONFIGS is told so, whether there is such a topic or not', async () => {
  const { broker, alter, resource, configs } = await begin();
  broker.cluster().authorizer = new AclIndex([]);
  const set = [['SET', 'retention.ms', '5']] as [keyof typeof operations, string, string][];
  expect(await alter([resource(set), resource(set, 'unknown'), resource(set, '1', 4)])).toEqual([
    ['topic', 'TOPIC_AUTHORIZATION_FAILED'],
    ['unknown', 'TOPIC_AUTHORIZATION_FAILED'],
    ['1', 'CLUSTER_AUTHORIZATION_FAILED'],
  ]);
  expect(configs()).toEqual({});
});

test('settings change so often, and a store that does not answer is told as REQUEST_TIMED_OUT', async () => {
  const { broker, alter, resource } = await begin();
  broker.metadata.alterTopicConfigs = () => Promise.reject(new StoreError('away'));
  const set = () => alter([resource([['SET', 'retention.ms', '5']])]);
  expect(await set()).toEqual([['topic', 'REQUEST_TIMED_OUT']]);
  broker.cluster().partitionChanges.charge(10_000, broker.engine.clock.monotonicMs());
  expect(await set()).toEqual([['topic', 'POLICY_VIOLATION']]);
});
