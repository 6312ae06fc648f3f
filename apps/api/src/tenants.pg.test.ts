import { createAcl } from '@weir/contracts/acls';
import { createClientQuota } from '@weir/contracts/client-quotas';
import { createCluster, deleteCluster, listClusters } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, listApiKeys, listUsers } from '@weir/contracts/iam';
import { createInvitation } from '@weir/contracts/members';
import type { OperationShape } from '@weir/contracts/operation';
import { operations } from '@weir/contracts/operations';
import { listEnvironments, listOrganizations } from '@weir/contracts/organizations';
import { listRoleBindings } from '@weir/contracts/role-bindings';
import { listSessions } from '@weir/contracts/sessions';
import { createGroupMapping, createSsoDomain } from '@weir/contracts/single-sign-on';
import { createTopic } from '@weir/contracts/topics';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from './testing/api-client.ts';
import { startTestApi, type TestApi } from './testing/api-for-tests.ts';
import { newCreditNote, newInvoice } from './testing/invoices-for-tests.ts';
import { personOf, verifyAddress } from './testing/mails-for-tests.ts';
import { newBudget, newSpendLimit, newWebhook } from './testing/spend-limits-for-tests.ts';

let api: TestApi;
let owner: ApiClient;
let stranger: ApiClient;
/** By the beginning of the path that reads it. */
const owned = new Map<string, string>();

beforeAll(async () => {
  api = await startTestApi();
  [owner, stranger] = await Promise.all([api.signUp('Owner'), api.signUp('Stranger')]);
  await api.cell.registerBroker(brokerOf(1));
  const cluster = await owner.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const account = await owner.call(createServiceAccount, { body: { display_name: 's' } });
  const key = await owner.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
  await owner.call(createTopic, { params: { cluster_id: cluster.id }, body: { topic_name: 'orders' } });
  const first = <T extends { id: string }>(list: { data: readonly T[] }) => list.data[0]?.id ?? '';
  owned.set('/cmk/v2/clusters', cluster.id);
  owned.set('/kafka/v3/clusters', cluster.id);
  owned.set('/usage/v1/clusters', cluster.id);
  owned.set('/iam/v2/service-accounts', account.id);
  owned.set('/iam/v2/api-keys', key.id);
  owned.set('/iam/v2/users', first(await owner.call(listUsers, {})));
  const { id: userId } = await personOf(owner);
  const passkey = {
    id: crypto.randomUUID(),
    userId,
    name: 'x',
    credentialId: 'x',
    publicKey: new Uint8Array(1),
  };
  await api.platform.db.passkey.create({ data: { ...passkey, counter: 0n } });
  await verifyAddress(api, owner);
  const invitation = await owner.call(createInvitation, { body: { email: 'guest@example.com' } });
  owned.set('/iam/v2/invitations', invitation.id);
  owned.set('/iam/v2/passkeys', passkey.id);
  const named = await owner.call(createSsoDomain, { body: { domain: 'theirs.example' } });
  owned.set('/iam/v2/sso/domains', named.id);
  const mapping = { display_name: 'g', filter: '"g" in groups' };
  owned.set('/iam/v2/sso/group-mappings', (await owner.call(createGroupMapping, { body: mapping })).id);
  owned.set('/iam/v2/sessions', first(await owner.call(listSessions, {})));
  const organizationId = first(await owner.call(listOrganizations, {}));
  const query = { crn_pattern: `crn://weir/organization=${organizationId}` };
  owned.set('/iam/v2/role-bindings', first(await owner.call(listRoleBindings, { query })));
  const quota = await owner.call(createClientQuota, {
    body: {
      spec: {
        display_name: 'q',
        throughput: { ingress_byte_rate: '1000', egress_byte_rate: '1000' },
        cluster: { id: cluster.id },
        environment: { id: cluster.spec.environment.id },
        principals: [{ id: account.id }],
      },
    },
  });
  owned.set('/kafka-quotas/v1/client-quotas', quota.id);
  const gone = await owner.call(createCluster, { body: { spec: { display_name: 'gone' } } });
  await owner.call(deleteCluster, { params: { id: gone.id } });
  owned.set('/cmk/v2/deleted-clusters', gone.id);
  owned.set('/org/v2/environments', first(await owner.call(listEnvironments, {})));
  owned.set('/org/v2/organizations', organizationId);
  owned.set('/billing/v1/invoices', await newInvoice(api, organizationId));
  owned.set('/billing/v1/credits', await newCreditNote(api, organizationId));
  owned.set('/billing/v1/budgets', await newBudget(owner, organizationId));
  owned.set('/billing/v1/webhooks', await newWebhook(owner));
  owned.set('/billing/v1/spend-limits', await newSpendLimit(owner, organizationId));
}, 60_000);
afterAll(() => api.close());

/** Bodies that each operation accepts, so that the answer is about the object. */
const bodies: Readonly<Record<string, unknown>> = {
  updateOrganization: { display_name: 'x' },
  updateEnvironment: { display_name: 'x' },
  updateCluster: { spec: { display_name: 'x' } },
  updateServiceAccount: { display_name: 'x' },
  updateApiKey: { spec: { display_name: 'x' } },
  updateClientQuota: { spec: { display_name: 'x' } },
  updateBudget: { spec: { display_name: 'x' } },
  updateWebhook: { spec: { display_name: 'x' } },
  updateSpendLimit: { spec: { display_name: 'x' } },
  createTopic: { topic_name: 'x' },
  updatePartitionCount: { partitions_count: 9 },
  alterTopicConfigs: { data: [{ name: 'retention.ms', value: '3600000' }] },
  resetOffsets: { topic_name: 'orders', to: { position: 'EARLIEST' } },
  produceRecord: { value: { type: 'STRING', data: 'x' } },
  createAcl: {
    resource_type: 'TOPIC',
    resource_name: 'x',
    pattern_type: 'LITERAL',
    principal: 'User:sa-1',
    operation: 'READ',
    permission: 'ALLOW',
  },
};

/** Of the same form and length, but nobody's. */
const nobodys = (id: string) =>
  id.replace(/[a-z0-9A-Z](?=[^-]*$)/g, (letter) => (/[A-Z]/.test(letter) ? 'A' : '0'));

const pathOf = (operation: OperationShape, id: string) =>
  operation.path
    .replace('{topic_name}', 'orders')
    .replace('{partition_id}', '0')
    .replace('{config_name}', 'retention.ms')
    .replace(/\{\w+\}/, id);
const idFor = (operation: OperationShape) => {
  const [, id] = [...owned].find(([start]) => operation.path.startsWith(`${start}/`)) ?? [];
  if (id === undefined) throw new Error(`the test knows no object for ${operation.path}`);
  return id;
};
const onObjects = operations.filter((operation) => operation.path.includes('{'));

describe("another's object and none at all are the same to the byte", () => {
  it.each(onObjects.map((operation) => [operation.id, operation] as const))('%s', async (_, operation) => {
    const id = idFor(operation);
    expect(nobodys(id)).not.toBe(id);
    // The request id is in the body, and is the caller's to choose.
    const asking = stranger.with({ 'x-request-id': 'the-same-request' });
    const body = operation.body ? (bodies[operation.id] ?? {}) : undefined;
    const theirs = await asking.send(operation.method, pathOf(operation, id), body);
    const none = await asking.send(operation.method, pathOf(operation, nobodys(id)), body);
    expect(theirs.status).toBe(404);
    expect(theirs.text).toBe(none.text);
    const kept = ['content-type', 'content-length', 'etag'].map((name) => theirs.headers.get(name));
    expect(kept).toEqual(['content-type', 'content-length', 'etag'].map((name) => none.headers.get(name)));
  });

  it.each(onObjects.filter(({ method }) => method === 'GET').map((one) => [one.id, one] as const))(
    'while its owner reads it: %s',
    async (_, operation) => {
      // No broker runs here; records.pg.test.ts and partition-sizes.pg.test.ts have one.
      if (operation.path.includes('/consumer-groups')) return;
      if (['readRecords', 'listPartitionSizes'].includes(operation.id)) return;
      const answer = await owner.send('GET', pathOf(operation, idFor(operation)));
      expect([operation.id, answer.status]).toEqual([operation.id, 200]);
    },
  );
});

describe('naming what belongs to another', () => {
  const sameAnswer = async (
    ask: (client: ApiClient, id: string) => Promise<{ status: number; text: string }>,
    start: string,
  ) => {
    const id = owned.get(start) ?? '';
    const asking = stranger.with({ 'x-request-id': 'the-same-request' });
    const theirs = await ask(asking, id);
    const none = await ask(asking, nobodys(id));
    expect(theirs.status).toBe(none.status);
    expect(theirs.text).toBe(none.text);
    expect(theirs.status).toBeGreaterThanOrEqual(400);
  };

  it('as the environment of a new cluster', () =>
    sameAnswer((client, id) => {
      const body = { spec: { display_name: 'x', environment: { id } } };
      return client.try(createCluster, { body });
    }, '/org/v2/environments'));

  it('as the cluster of a new key', () =>
    sameAnswer(
      (client, id) => client.try(createApiKey, { body: { spec: { resource: { id } } } }),
      '/cmk/v2/clusters',
    ));

  it('as the owner of a new key', () =>
    sameAnswer(
      (client, id) => client.try(createApiKey, { body: { spec: { owner: { id } } } }),
      '/iam/v2/service-accounts',
    ));

  it('in a filter finds nothing', async () => {
    const environment = owned.get('/org/v2/environments') ?? '';
    const resource = owned.get('/cmk/v2/clusters') ?? '';
    const clusters = await stranger.call(listClusters, { query: { environment } });
    const keys = await stranger.call(listApiKeys, { query: { 'spec.resource': resource } });
    expect([clusters.metadata.total_size, keys.metadata.total_size]).toEqual([0, 0]);
  });
});

it('a key of one cluster opens no other, not even of its own organization', async () => {
  const mine = await owner.call(createCluster, { body: { spec: { display_name: 'other' } } });
  const key = await owner.call(createApiKey, { body: { spec: { resource: { id: mine.id } } } });
  const machine = owner.withKey(key.id, key.spec.secret).with({ 'x-request-id': 'the-same-request' });
  const first = owned.get('/cmk/v2/clusters') ?? '';
  const other = await machine.send('GET', `/kafka/v3/clusters/${first}/topics`);
  const none = await machine.send('GET', `/kafka/v3/clusters/${nobodys(first)}/topics`);
  expect(other.status).toBe(404);
  expect(other.text).toBe(none.text);
  expect((await machine.send('GET', `/kafka/v3/clusters/${mine.id}/topics`)).status).toBe(200);
  const acl = await machine.try(createAcl, { params: { cluster_id: first }, body: aclBody });
  expect(acl.status).toBe(404);
});

const aclBody = {
  resource_type: 'TOPIC',
  resource_name: 'x',
  pattern_type: 'LITERAL',
  principal: 'User:sa-1',
  operation: 'READ',
  permission: 'ALLOW',
} as const;
