import { createAcl, deleteAcls, listAcls } from '@weir/contracts/acls';
import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster } from '@weir/contracts/clusters';
import {
  createApiKey,
  createServiceAccount,
  deleteServiceAccount,
  getApiKey,
  getServiceAccount,
  listServiceAccounts,
  updateApiKey,
  updateServiceAccount,
} from '@weir/contracts/iam';
import { operations } from '@weir/contracts/operations';
import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  listOrganizations,
  updateEnvironment,
  updateOrganization,
} from '@weir/contracts/organizations';
import { createSsoDomain, deleteSsoDomain, listSsoDomains } from '@weir/contracts/single-sign-on';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
const query = { dry_run: 'true' } as const;

beforeAll(async () => {
  api = await startTestApi();
  person = await api.signUp();
});
afterAll(() => api.close());

const events = async () => (await person.call(listAuditEvents, {})).metadata.total_size;

/** Answers as the change would, and leaves no trace of it, not even in the log of what happened. */
const untouched = async (dryRun: () => Promise<unknown>): Promise<unknown> => {
  const before = await events();
  const answer = await dryRun();
  expect(await events()).toBe(before);
  return answer;
};

/** About people themselves, or what is done by asking: to try it would be to do it. */
const without = [
  'createInvitation',
  'deleteInvitation',
  'deleteUser',
  'deleteSession',
  'deleteOtherSessions',
  'deletePasskey',
  'reportSecrets',
  'produceRecord',
  'queryMetrics',
  // A connection to an identity provider is tried by itself; the rest is set up by a person, step by step.
  'setSsoEnforcement',
  'createGroupMapping',
  'updateGroupMapping',
  'deleteGroupMapping',
  // A page of somebody else’s; nothing is changed by it here.
  'openPaymentPortal',
  'openPaymentSetup',
];

it('is there for every write of the control plane and of clusters', () => {
  const missing = operations
    .filter(({ method, query: asked }) => {
      const hasIt = asked instanceof z.ZodObject && 'dry_run' in asked.shape;
      return method !== 'GET' && !hasIt;
    })
    .map(({ id }) => id);
  expect(missing.toSorted()).toEqual(without.toSorted());
});

it('of an environment says what would be, or what is wrong, and changes nothing', async () => {
  const body = { display_name: 'tried' };
  const tried = await untouched(() => person.call(createEnvironment, { query, body }));
  expect(tried).toMatchObject({ display_name: 'tried' });
  const taken = await person.try(createEnvironment, { query, body: { display_name: 'default' } });
  expect(taken.status).toBe(409);
  const { data } = await person.call(listEnvironments, {});
  expect(data.map(({ display_name }) => display_name)).toEqual(['default']);
  const params = { id: data[0]?.id ?? '' };
  const renamed = await untouched(() => person.call(updateEnvironment, { params, query, body }));
  expect(renamed).toMatchObject({ display_name: 'tried' });
  await untouched(() => person.call(deleteEnvironment, { params, query }));
  expect((await person.call(getEnvironment, { params })).display_name).toBe('default');
});

it('of a domain says what would be, or what is wrong, and changes nothing', async () => {
  const body = { domain: 'tried.example' };
  const tried = await untouched(() => person.call(createSsoDomain, { query, body }));
  expect(tried).toMatchObject({ domain: 'tried.example', is_verified: false });
  expect((await person.call(listSsoDomains, {})).data).toEqual([]);
  const { id } = await person.call(createSsoDomain, { body });
  expect((await person.try(createSsoDomain, { query, body })).status).toBe(409);
  await untouched(() => person.call(deleteSsoDomain, { params: { id }, query }));
  expect((await person.call(listSsoDomains, {})).data).toMatchObject([{ id, is_verified: false }]);
});

it('uses no Idempotency-Key up', async () => {
  const client = person.with({ 'idempotency-key': crypto.randomUUID() });
  const body = { display_name: 'once' };
  await client.call(createEnvironment, { query, body });
  expect((await client.call(createEnvironment, { body })).display_name).toBe('once');
});

it('of an organization, a service account and a key changes nothing', async () => {
  const [organization] = (await person.call(listOrganizations, {})).data;
  const ofOrganization = { params: { id: organization?.id ?? '' }, query, body: { display_name: 'tried' } };
  await untouched(() => person.call(updateOrganization, ofOrganization));
  expect((await person.call(listOrganizations, {})).data).toEqual([organization]);

  const body = { display_name: 'tried' };
  await untouched(() => person.call(createServiceAccount, { query, body }));
  expect((await person.call(listServiceAccounts, {})).data).toEqual([]);
  const account = await person.call(createServiceAccount, { body: { display_name: 'kept' } });
  const params = { id: account.id };
  const key = await person.call(createApiKey, { body: { spec: { owner: params } } });
  await untouched(() => person.call(updateServiceAccount, { params, query, body }));
  await untouched(() => person.call(deleteServiceAccount, { params, query }));
  expect((await person.call(getServiceAccount, { params })).display_name).toBe('kept');
  const ofKey = { params: { id: key.id }, query, body: { spec: { display_name: 'tried' } } };
  await untouched(() => person.call(updateApiKey, ofKey));
  const { spec } = await person.call(getApiKey, { params: { id: key.id } });
  expect(spec.display_name).not.toBe('tried');
});

it('of an ACL says what would be made, or which would go, and changes nothing', async () => {
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const params = { cluster_id: cluster.id };
  const body = {
    resource_type: 'TOPIC',
    resource_name: 'orders',
    pattern_type: 'LITERAL',
    principal: 'User:sa-1',
    operation: 'READ',
    permission: 'ALLOW',
  } as const;
  await untouched(() => person.call(createAcl, { params, query, body }));
  expect((await person.call(listAcls, { params })).data).toEqual([]);
  await person.call(createAcl, { params, body });
  const would = await untouched(() => person.call(deleteAcls, { params, query }));
  expect(would).toMatchObject({ data: [{ resource_name: 'orders' }] });
  expect((await person.call(listAcls, { params })).data).toHaveLength(1);
});
