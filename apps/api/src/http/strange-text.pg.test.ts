import { createAcl, listAcls } from '@weir/contracts/acls';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, listClusters } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, listApiKeys } from '@weir/contracts/iam';
import { createEnvironment } from '@weir/contracts/organizations';
import { createTopic, deleteTopic } from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let cluster_id: string;

beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
  person = (await api.signUp()).with({ 'x-request-id': 'the-same-request' });
  cluster_id = (await person.call(createCluster, { body: { spec: { display_name: 'c' } } })).id;
});
afterAll(() => api.close());

describe('an id with NUL in it', () => {
  it.each([
    '/cmk/v2/clusters/',
    '/org/v2/environments/',
    '/org/v2/organizations/',
    '/iam/v2/users/',
    '/iam/v2/service-accounts/',
    '/iam/v2/api-keys/',
    '/kafka/v3/clusters/',
  ])('is answered to the byte as one that does not exist: %s', async (path) => {
    const strange = await person.send('GET', `${path}a%00b`);
    expect(strange.status).toBe(404);
    expect(strange.text).toBe((await person.send('GET', `${path}unknown`)).text);
  });

  it('of a topic is answered as one that does not exist', async () => {
    const path = `/kafka/v3/clusters/${cluster_id}/topics/`;
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/configs'],
      ['GET', '/records'],
    ] as const) {
      const strange = await person.send(method, `${path}a%00b${rest}`);
      expect(strange.status).toBe(404);
      expect(strange.text).toBe((await person.send(method, `${path}unknown${rest}`)).text);
    }
    const kept = await person.try(deleteTopic, { params: { cluster_id, topic_name: '\0' } });
    expect(kept.status).toBe(404);
  });

  it('finds nothing as a filter', async () => {
    const clusters = await person.call(listClusters, { query: { environment: '\0' } });
    const keys = await person.call(listApiKeys, { query: { 'spec.owner': '\0', 'spec.resource': '\0' } });
    const events = await person.call(listAuditEvents, { query: { 'resource.id': '\0' } });
    const acls = await person.call(listAcls, { params: { cluster_id }, query: { resource_name: '\0' } });
    const found = [clusters.data, keys.data, events.data, acls.data].flat();
    expect(found).toEqual([]);
  });

  it('in a body is answered as one that does not exist', async () => {
    const environment = { id: 'env-\0' };
    const cluster = await person.try(createCluster, { body: { spec: { display_name: 'c', environment } } });
    const key = await person.try(createApiKey, { body: { spec: { resource: { id: 'lkc-\0' } } } });
    expect([cluster.status, key.status]).toEqual([404, 404]);
  });

  it('in a page token is refused', async () => {
    const page_token = Buffer.from(JSON.stringify([0, '\0'])).toString('base64url');
    expect((await person.try(listClusters, { query: { page_token } })).status).toBe(400);
  });

  it('is refused to who may change nothing, and that is in the audit log', async () => {
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const key = await person.call(createApiKey, { body: { spec: { owner: { id: account.id } } } });
    const machine = person.withKey(key.id, key.spec.secret);
    for (const path of ['/cmk/v2/clusters/a%00b', '/org/v2/environments/a%00b', '/iam/v2/api-keys/a%00b']) {
      expect((await machine.send('DELETE', path)).status).toBeLessThan(405);
    }
  });
});

it.each(['a\0b', 'a\u001bb', 'a\u202eb', 'a\ud800b'])('the name %j is refused', async (name) => {
  const spec = { display_name: name };
  const binding = {
    resource_type: 'TOPIC',
    resource_name: name,
    pattern_type: 'LITERAL',
    principal: 'User:sa-1',
    operation: 'READ',
    permission: 'ALLOW',
  } as const;
  const configs = [{ name: 'leader.replication.throttled.replicas', value: name }];
  const params = { cluster_id };
  const answers = [
    await person.try(createCluster, { body: { spec } }),
    await person.try(createApiKey, { body: { spec } }),
    await person.try(createServiceAccount, { body: spec }),
    await person.try(createServiceAccount, { body: { display_name: 'a', description: name } }),
    await person.try(createEnvironment, { body: spec }),
    await person.try(createTopic, { params, body: { topic_name: name } }),
    await person.try(createTopic, { params, body: { topic_name: 'x', configs } }),
    await person.try(createAcl, { params, body: binding }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 400));
});
