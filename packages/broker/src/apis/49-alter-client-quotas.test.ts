import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { StoreError } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { createTopics } from './19-create-topics.ts';
import { describeClientQuotas } from './48-describe-client-quotas.ts';
import { alterClientQuotas } from './49-alter-client-quotas.ts';

type Name = string | null;
const entityOf = (names: Readonly<Record<string, Name>>) =>
  Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName }));
const entry = (names: Readonly<Record<string, Name>>, key: string, value: number | null) => ({
  entity: entityOf(names),
  ops: [{ key, value: value ?? 0, remove: value === null }],
});

async function begin() {
  const broker = await GroupsForTests.start();
  const alter = async (entries: readonly ReturnType<typeof entry>[], validateOnly = false) => {
    const { body } = await broker.ask(alterClientQuotas, 1, { entries, validateOnly });
    return body?.entries.map(({ errorCode }) => errorName(errorCode));
  };
  const describe = async (
    components: readonly (readonly [string, number, Name])[],
    strict = false,
    clusterId = 'lkc-a',
  ) => {
    const asked = components.map(([entityType, matchType, match]) => ({ entityType, matchType, match }));
    const { body } = await broker.ask(describeClientQuotas, 1, { components: asked, strict }, clusterId);
    if (body?.errorCode !== 0) return errorName(body?.errorCode ?? 0);
    return body.entries?.map(({ entity, values }) =>
      [...entity.map((part) => part.entityName ?? '<default>'), ...values.map((each) => each.value)].join(
        ' ',
      ),
    );
  };
  return { broker, alter, describe };
}

test('each entity of a request has an outcome of its own, and what was set is described at once', async () => {
  const { alter, describe } = await begin();
  const outcomes = await alter([
    entry({ user: 'sa-1' }, 'producer_byte_rate', 1_000),
    entry({ user: 'sa-9' }, 'nonsense', 1),
    entry({ ip: '10.0.0.1' }, 'connection_creation_rate', 1),
    entry({ planet: 'earth' }, 'producer_byte_rate', 1),
    entry({}, 'producer_byte_rate', 1),
    entry({ user: '' }, 'producer_byte_rate', 1),
    entry({ user: 'sa-2' }, 'consumer_byte_rate', -1),
    entry({ user: null, 'client-id': 'app' }, 'request_percentage', 12.5),
  ]);
  const invalid = 'INVALID_REQUEST';
  expect(outcomes).toEqual(['NONE', invalid, invalid, invalid, invalid, invalid, invalid, 'NONE']);
  expect(await describe([])).toEqual(['sa-1 1000', '<default> app 12.5']);
  expect(await alter([entry({ user: 'sa-1' }, 'producer_byte_rate', null)])).toEqual(['NONE']);
  expect(await describe([])).toEqual(['<default> app 12.5']);
  const twice = [1, 2].map((value) => entry({ user: 'sa-4' }, 'producer_byte_rate', value));
  expect(await alter(twice)).toEqual(['NONE']);
  expect(await describe([['user', 0, 'sa-4']])).toEqual(['sa-4 2']);
  expect(await alter([entry({ user: 'sa-3' }, 'producer_byte_rate', 1)], true)).toEqual(['NONE']);
  expect(await describe([['user', 0, 'sa-3']])).toEqual([]);
});

test('filters match names, defaults and whatever is stated; strict ones nothing beside that', async () => {
  const { alter, describe } = await begin();
  await alter([
    entry({ user: 'sa-1' }, 'producer_byte_rate', 1),
    entry({ user: null }, 'producer_byte_rate', 2),
    entry({ user: 'sa-1', 'client-id': 'app' }, 'producer_byte_rate', 3),
    entry({ 'client-id': 'app' }, 'producer_byte_rate', 4),
  ]);
  expect(await describe([['user', 0, 'sa-1']])).toEqual(['sa-1 1', 'sa-1 app 3']);
  expect(await describe([['user', 0, 'sa-1']], true)).toEqual(['sa-1 1']);
  expect(await describe([['user', 1, null]])).toEqual(['<default> 2']);
  expect(await describe([['user', 2, null]])).toEqual(['sa-1 1', '<default> 2', 'sa-1 app 3']);
  const both = [
    ['user', 2, null],
    ['client-id', 0, 'app'],
  ] as const;
  expect(await describe(both, true)).toEqual(['sa-1 app 3']);
  expect(await describe([['ip', 2, null]])).toEqual([]);
  expect(await describe([], true)).toEqual([]);
  const wrong = [
    ['user', 0, null],
    ['user', 1, 'x'],
    ['user', 2, 'x'],
    ['user', 3, null],
    ['', 2, null],
  ] as const;
  for (const component of wrong) expect(await describe([component])).toBe('INVALID_REQUEST');
  expect(await describe([['planet', 2, null]])).toBe('UNSUPPORTED_VERSION');
});

test('another cluster sees none of them, and who may do nothing neither sees nor changes any', async () => {
  const { broker, alter, describe } = await begin();
  await broker.addCluster('lkc-b', {}, 1);
  expect(await alter([entry({ user: 'sa-1' }, 'producer_byte_rate', 1)])).toEqual(['NONE']);
  expect(await describe([], false, 'lkc-b')).toEqual([]);
  broker.cluster().authorizer = new AclIndex([]);
  expect(await alter([entry({ user: 'sa-1' }, 'producer_byte_rate', 9)])).toEqual([
    'CLUSTER_AUTHORIZATION_FAILED',
  ]);
  expect(await describe([])).toBe('CLUSTER_AUTHORIZATION_FAILED');
  expect(broker.cluster().record.entityQuotas).toEqual([{ user: 'sa-1', values: { producer_byte_rate: 1 } }]);
});

test('where the store does not answer, that is what is said', async () => {
  const { broker, alter } = await begin();
  broker.metadata.alterEntityQuotas = () => Promise.reject(new StoreError('away'));
  expect(await alter([entry({ user: 'sa-1' }, 'producer_byte_rate', 1)])).toEqual(['REQUEST_TIMED_OUT']);
});

test('who has used up a rate of mutations is refused from the version on that knows it, and waits before', async () => {
  const { broker, alter } = await begin();
  await alter([entry({ user: null }, 'controller_mutation_rate', 1)]);
  const create = async (version: number, name: string, numPartitions: number) => {
    const topics = [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }];
    const { body, throttleMs } = await broker.ask(createTopics, version, {
      topics,
      timeoutMs: 1_000,
      validateOnly: false,
    });
    expect(body?.throttleTimeMs).toBe(throttleMs);
    return [errorName(body?.topics[0]?.errorCode ?? 0), throttleMs > 0];
  };
  expect(await create(7, 'first', 11)).toEqual(['NONE', false]);
  expect(await create(7, 'second', 2)).toEqual(['NONE', true]);
  expect(await create(7, 'third', 1)).toEqual(['THROTTLING_QUOTA_EXCEEDED', true]);
  expect(await create(5, 'fourth', 1)).toEqual(['NONE', true]);
});
