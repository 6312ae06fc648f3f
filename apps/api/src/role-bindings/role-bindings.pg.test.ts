import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, deleteCluster, getCluster, listClusters } from '@weir/contracts/clusters';
import { deleteClusterForGood } from '@weir/contracts/deleted-clusters';
import {
  createApiKey,
  createServiceAccount,
  deleteServiceAccount,
  listApiKeys,
  listUsers,
} from '@weir/contracts/iam';
import { createInvitation, deleteUser } from '@weir/contracts/members';
import { createEnvironment, listEnvironments } from '@weir/contracts/organizations';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import {
  createRoleBinding,
  deleteRoleBinding,
  getEffectivePermissions,
  getRoleBinding,
  listRoleBindings,
} from '@weir/contracts/role-bindings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { linkTo, personOf, verifyAddress } from '../testing/mails-for-tests.ts';
import { bind, newMachine, newMember, newOwner } from '../testing/people-with-roles.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.close());

/** An organization with an environment, a cluster, and CRNs for them. */
const newCompany = async () => {
  const owner = await newOwner(api);
  const { client, organizationId } = owner;
  const cluster = await client.call(createCluster, { body: { spec: { display_name: 'orders' } } });
  const top = `crn://weir/organization=${organizationId}`;
  const environment = `${top}/environment=${cluster.spec.environment.id}`;
  const ofCluster = `${environment}/cloud-cluster=${cluster.id}`;
  return { owner, client, organizationId, cluster, top, environment, ofCluster };
};
const bindings = async (client: ApiClient, crn_pattern: string, more = {}) =>
  (await client.call(listRoleBindings, { query: { crn_pattern, ...more } })).data;
const asking = { 'x-request-id': 'the-same-request' };

describe('a role binding', () => {
  it('is read as it was given, by its id and in lists of what it lies in', async () => {
    const { client, cluster, environment, ofCluster, top } = await newCompany();
    const { id } = await newMachine(client);
    const crn_pattern = `${ofCluster}/kafka=${cluster.id}/topic=orders-*`;
    const made = await bind(client, id, 'DeveloperRead', crn_pattern);
    const flat = { principal: `User:${id}`, role_name: 'DeveloperRead', crn_pattern };
    expect(made).toMatchObject({ ...flat, id: expect.stringMatching(/^rb-/), kind: 'RoleBinding' });
    expect(await client.call(getRoleBinding, { params: { id: made.id } })).toEqual(made);
    for (const around of [top, environment, ofCluster, `${ofCluster}/kafka=${cluster.id}/topic=or*`]) {
      expect((await bindings(client, around)).map((each) => each.id)).toContain(made.id);
    }
    for (const beside of [
      `${ofCluster}/kafka=${cluster.id}/topic=x*`,
      `${ofCluster}/kafka=${cluster.id}/group=*`,
    ]) {
      expect(await bindings(client, beside)).toEqual([]);
    }
    expect(await bindings(client, top, { principal: `User:${id}` })).toEqual([made]);
    expect(await bindings(client, top, { role_name: 'EnvironmentAdmin' })).toEqual([]);
    expect((await client.send('GET', '/iam/v2/role-bindings')).status).toBe(400);
    expect(await client.call(deleteRoleBinding, { params: { id: made.id } })).toEqual(made);
    expect((await client.try(getRoleBinding, { params: { id: made.id } })).status).toBe(404);
  });

  it('is there once: again is 409 however it is written, and one Idempotency-Key makes one', async () => {
    const { client, cluster, ofCluster } = await newCompany();
    const { id } = await newMachine(client);
    const body = { principal: `User:${id}`, role_name: 'CloudClusterAdmin', crn_pattern: ofCluster } as const;
    const once = client.with({ 'idempotency-key': 'k' });
    const [first, second] = [
      await once.call(createRoleBinding, { body }),
      await once.call(createRoleBinding, { body }),
    ];
    expect(second.id).toBe(first.id);
    // The resource_name of a cluster goes on to its Kafka, and means the same.
    const written = `${ofCluster}/kafka=${cluster.id}`;
    expect(cluster.metadata.resource_name).toBe(written);
    const again = await client.try(createRoleBinding, { body: { ...body, crn_pattern: written } });
    expect(again.status).toBe(409);
  });

  it('of a dry run is answered and not made, and what could not be made is refused', async () => {
    const { client, ofCluster } = await newCompany();
    const { id } = await newMachine(client);
    const body = { principal: `User:${id}`, role_name: 'DeveloperRead', crn_pattern: ofCluster } as const;
    const query = { dry_run: 'true' };
    expect((await client.call(createRoleBinding, { body, query })).role_name).toBe('DeveloperRead');
    expect(await bindings(client, ofCluster)).toEqual([]);
    const made = await client.call(createRoleBinding, { body });
    expect((await client.try(createRoleBinding, { body, query })).status).toBe(409);
    await client.call(deleteRoleBinding, { params: { id: made.id }, query });
    expect(await bindings(client, ofCluster)).toEqual([made]);
  });

  it('says what is wrong with it, and nothing of other organizations', async () => {
    const [{ client, owner, ofCluster, environment, top }, other] = [await newCompany(), await newCompany()];
    const { id } = await newMachine(client);
    const give = (role_name: string, crn_pattern: string, principal = `User:${id}`) =>
      client.with(asking).send('POST', '/iam/v2/role-bindings', { principal, role_name, crn_pattern });
    expect((await give('EnvironmentAdmin', ofCluster)).text).toContain(
      'EnvironmentAdmin is bound on: environment',
    );
    expect((await give('DeveloperRead', `${top}/environment=*`)).text).toContain('bind on the organization');
    expect((await give('Nobody', top)).status).toBe(400);
    expect((await give('DeveloperRead', top, 'User:*')).status).toBe(400);
    const theirs = await give('DeveloperRead', other.ofCluster);
    const misplaced = await give('DeveloperRead', `${environment}x/cloud-cluster=lkc-absent`);
    expect([theirs.status, theirs.text]).toEqual([404, misplaced.text]);
    const [stranger, nobody] = [
      await give('DeveloperRead', top, `User:${other.owner.id}`),
      await give('DeveloperRead', top, 'User:u-0000000000'),
    ];
    expect([stranger.status, stranger.text]).toEqual([400, nobody.text]);
    expect(await bindings(client, other.top)).toEqual([]);
    expect(owner.organizationId).not.toBe(other.organizationId);
  });

  it('is in the audit log with the names of machines beside ids, given and taken', async () => {
    const { client, ofCluster } = await newCompany();
    const { id } = await newMachine(client, 'the payment service');
    const made = await bind(client, id, 'DeveloperWrite', ofCluster);
    await client.call(deleteRoleBinding, { params: { id: made.id } });
    const { data } = await client.call(listAuditEvents, { query: { 'resource.id': made.id } });
    const detail = {
      display_name: 'DeveloperWrite of the payment service',
      principal: `User:${id}`,
      role_name: 'DeveloperWrite',
      crn_pattern: ofCluster,
    };
    expect(data.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      { action: 'role-binding.delete', before: detail, after: null },
      { action: 'role-binding.create', before: null, after: detail },
    ]);
  });

  it('is in the audit log of a person by id alone, as that log is for ever', async () => {
    const { client, owner, ofCluster } = await newCompany();
    const made = await bind(client, owner.id, 'DeveloperRead', ofCluster);
    const query = { 'resource.id': made.id };
    const [event] = (await client.call(listAuditEvents, { query })).data;
    const display_name = `DeveloperRead of ${owner.id}`;
    expect(event?.after).toMatchObject({ display_name, principal: `User:${owner.id}` });
    const { data } = await client.call(listUsers, {});
    const person = data.find(({ id }) => id === owner.id);
    expect(person?.full_name).toBeTruthy();
    expect(JSON.stringify(event?.after)).not.toContain(person?.full_name);
  });

  it('counts against limits of the organization and of one principal', async () => {
    const { client, ofCluster, organizationId, cluster } = await newCompany();
    const { id } = await newMachine(client);
    const limits = { role_bindings_per_principal: 2, role_bindings: 4 };
    await api.platform.db.organization.update({ where: { id: organizationId }, data: { limits } });
    const give = (principal: string, topic: string) =>
      client.try(createRoleBinding, {
        body: {
          principal: `User:${principal}`,
          role_name: 'DeveloperRead',
          crn_pattern: `${ofCluster}/kafka=${cluster.id}/topic=${topic}`,
        },
      });
    expect([(await give(id, 'a')).status, (await give(id, 'b')).status]).toEqual([201, 201]);
    const third = await give(id, 'c');
    expect([third.status, third.text.includes('2 role bindings at most')]).toEqual([409, true]);
    const other = await newMachine(client);
    expect((await give(other.id, 'a')).status).toBe(201);
    expect((await give(other.id, 'b')).status).toBe(409);
    const { data } = await client.call(listAppliedQuotas, { query: { scope: 'ORGANIZATION' } });
    const used = Object.fromEntries(data.map((quota) => [quota.id, quota.usage]));
    expect(used['organization.role_bindings.max']).toBe(4);
    expect(used['organization.role_bindings_per_principal.max']).toBe(2);
  });
});

describe('somebody who gives roles', () => {
  it('gives none beyond what he has himself on that scope', async () => {
    const { client, organizationId, environment, ofCluster, top, cluster } = await newCompany();
    const [keeper, taker] = [await newMember(api, organizationId), await newMachine(client)];
    const give = async (role_name: string, crn_pattern: string) => {
      const body = { principal: `User:${taker.id}`, role_name, crn_pattern };
      return (await keeper.client.send('POST', '/iam/v2/role-bindings?dry_run=true', body)).status;
    };
    expect(await give('DeveloperRead', ofCluster)).toBe(404);
    const read = await bind(client, keeper.id, 'DeveloperManage', ofCluster);
    expect(await give('DeveloperRead', ofCluster)).toBe(403);
    await client.call(deleteRoleBinding, { params: { id: read.id } });
    const admin = await bind(client, keeper.id, 'CloudClusterAdmin', ofCluster);
    expect(await give('DeveloperRead', ofCluster)).toBe(201);
    expect(await give('CloudClusterAdmin', ofCluster)).toBe(201);
    expect(await give('EnvironmentAdmin', environment)).toBe(403);
    expect(await give('OrganizationAdmin', top)).toBe(403);
    const second = await client.call(createCluster, { body: { spec: { display_name: 'second' } } });
    expect(await give('DeveloperRead', `${environment}/cloud-cluster=${second.id}`)).toBe(404);
    await client.call(deleteRoleBinding, { params: { id: admin.id } });
    await bind(client, keeper.id, 'ResourceOwner', `${ofCluster}/kafka=${cluster.id}/topic=orders-*`);
    expect(await give('DeveloperWrite', `${ofCluster}/kafka=${cluster.id}/topic=orders-eu`)).toBe(201);
    expect(await give('DeveloperWrite', `${ofCluster}/kafka=${cluster.id}/topic=orders*`)).toBe(403);
    expect(await give('DeveloperWrite', ofCluster)).toBe(403);
  });

  it('takes none away beyond his scope, also not his own', async () => {
    const { client, organizationId, environment, ofCluster } = await newCompany();
    const [keeper, other] = [await newMember(api, organizationId), await newMachine(client)];
    const wide = await bind(client, other.id, 'EnvironmentAdmin', environment);
    const own = await bind(client, keeper.id, 'DeveloperRead', environment);
    await bind(client, keeper.id, 'CloudClusterAdmin', ofCluster);
    expect((await keeper.client.try(deleteRoleBinding, { params: { id: wide.id } })).status).toBe(404);
    expect((await keeper.client.try(deleteRoleBinding, { params: { id: own.id } })).status).toBe(403);
    expect((await keeper.client.call(getRoleBinding, { params: { id: own.id } })).id).toBe(own.id);
  });

  it('is asked what may be given where, and told nothing of what is not there', async () => {
    const { client, organizationId, ofCluster, top } = await newCompany();
    const keeper = await newMember(api, organizationId);
    await bind(client, keeper.id, 'CloudClusterAdmin', ofCluster);
    const at = (crn_pattern: string) =>
      keeper.client.call(getEffectivePermissions, { query: { crn_pattern } });
    expect((await at(ofCluster)).grantable_roles).toEqual([
      'CloudClusterAdmin',
      'DeveloperManage',
      'DeveloperRead',
      'DeveloperWrite',
      'MetricsViewer',
    ]);
    expect((await at(ofCluster)).permissions).toContain('cluster:delete');
    expect(await at(top)).toMatchObject({
      permissions: ['organization:read', 'environment:read', 'cluster:read', 'directory:read'],
      grantable_roles: [],
    });
    for (const crn of [`${ofCluster}x`, (await newCompany()).ofCluster]) {
      expect(await at(crn)).toMatchObject({ permissions: [], grantable_roles: [] });
    }
  });
});

describe('the last OrganizationAdmin', () => {
  it('keeps the role, and of two who take it from each other at once one has it still', async () => {
    const { client, organizationId, owner, top } = await newCompany();
    const [own] = await bindings(client, top);
    expect((await client.try(deleteRoleBinding, { params: { id: own?.id ?? '' } })).status).toBe(409);
    // A program cannot sign in, and so is no way back.
    const machine = await newMachine(client);
    await bind(client, machine.id, 'OrganizationAdmin', top);
    expect((await client.try(deleteRoleBinding, { params: { id: own?.id ?? '' } })).status).toBe(409);
    expect((await machine.client.try(deleteUser, { params: { id: owner.id } })).status).toBe(409);
    const second = await newMember(api, organizationId);
    const theirs = await bind(client, second.id, 'OrganizationAdmin', top);
    const answers = await Promise.all([
      client.try(deleteRoleBinding, { params: { id: theirs.id } }),
      second.client.try(deleteRoleBinding, { params: { id: own?.id ?? '' } }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = await machine.client.call(listRoleBindings, {
      query: { crn_pattern: top, role_name: 'OrganizationAdmin' },
    });
    expect(left.data.filter(({ principal }) => principal.startsWith('User:u-'))).toHaveLength(1);
  });
});

describe('a cloud key', () => {
  it('acts with the roles of its owner, as they are with each request', async () => {
    const { client, cluster, environment, ofCluster } = await newCompany();
    const machine = await newMachine(client);
    const lists = [
      '/cmk/v2/clusters',
      '/org/v2/environments',
      '/org/v2/organizations',
      '/iam/v2/service-accounts',
    ];
    for (const path of lists) {
      const answer = await machine.client.send('GET', path);
      expect([path, answer.status, answer.body]).toEqual([path, 200, expect.objectContaining({ data: [] })]);
    }
    const { id } = await bind(client, machine.id, 'MetricsViewer', ofCluster);
    expect((await machine.client.call(listClusters, {})).data.map((each) => each.id)).toEqual([cluster.id]);
    expect((await machine.client.call(listEnvironments, {})).data).toHaveLength(1);
    expect((await machine.client.try(deleteCluster, { params: { id: cluster.id } })).status).toBe(403);
    await client.call(deleteRoleBinding, { params: { id } });
    expect((await machine.client.try(getCluster, { params: { id: cluster.id } })).status).toBe(404);
    await bind(client, machine.id, 'EnvironmentAdmin', environment);
    const made = await machine.client.call(createCluster, { body: { spec: { display_name: 'made' } } });
    expect(made.spec.environment.id).toBe(cluster.spec.environment.id);
    const elsewhere = await client.call(createEnvironment, { body: { display_name: 'prod' } });
    const spec = { display_name: 'x', environment: { id: elsewhere.id } };
    expect((await machine.client.try(createCluster, { body: { spec } })).status).toBe(404);
  });

  it('of a service account is made by who may act as it, and by nobody else', async () => {
    const { client, organizationId, ofCluster, top } = await newCompany();
    const { id } = await client.call(createServiceAccount, { body: { display_name: 's' } });
    const [admin, assigner] = [await newMember(api, organizationId), await newMember(api, organizationId)];
    await bind(client, admin.id, 'CloudClusterAdmin', ofCluster);
    await bind(client, assigner.id, 'Assigner', `${top}/service-account=${id}`);
    const make = (by: ApiClient, owner?: string) =>
      by.try(createApiKey, { body: { spec: owner === undefined ? {} : { owner: { id: owner } } } });
    expect((await make(admin.client, id)).status).toBe(403);
    expect((await make(assigner.client, id)).status).toBe(202);
    const { id: another } = await client.call(createServiceAccount, { body: { display_name: 't' } });
    const hidden = await make(assigner.client.with(asking), another);
    const absent = await make(assigner.client.with(asking), 'sa-0000000000');
    expect([hidden.status, hidden.text]).toEqual([400, absent.text]);
    expect((await make(assigner.client, admin.id)).status).toBe(400);
    // Her own is hers to make, and acts as she does.
    expect((await make(admin.client)).status).toBe(202);
    expect((await assigner.client.call(listApiKeys, {})).metadata.total_size).toBe(1);
    expect((await admin.client.call(listApiKeys, {})).metadata.total_size).toBe(1);
    // One that leaked makes no others.
    const machine = await newMachine(client);
    expect((await make(machine.client)).status).toBe(403);
  });
});

describe('bindings go with', () => {
  it('a member who is removed', async () => {
    const { client, organizationId, environment, top } = await newCompany();
    const member = await newMember(api, organizationId);
    await bind(client, member.id, 'EnvironmentAdmin', environment);
    await client.call(deleteUser, { params: { id: member.id } });
    expect(await bindings(client, top, { principal: `User:${member.id}` })).toEqual([]);
    expect((await member.client.call(listClusters, {})).data).toEqual([]);
  });

  it('a service account, both its own and those on it', async () => {
    const { client, organizationId, ofCluster, top } = await newCompany();
    const [machine, member] = [await newMachine(client), await newMember(api, organizationId)];
    await bind(client, machine.id, 'DeveloperRead', ofCluster);
    await bind(client, member.id, 'Assigner', `${top}/service-account=${machine.id}`);
    await client.call(deleteServiceAccount, { params: { id: machine.id } });
    expect((await bindings(client, top)).map(({ role_name }) => role_name)).toEqual(['OrganizationAdmin']);
  });

  it('a cluster, once it cannot be restored any more', async () => {
    const { client, cluster, ofCluster, top } = await newCompany();
    const machine = await newMachine(client);
    await bind(client, machine.id, 'DeveloperRead', `${ofCluster}/kafka=${cluster.id}/topic=x`);
    await client.call(deleteCluster, { params: { id: cluster.id } });
    expect(await bindings(client, top, { principal: `User:${machine.id}` })).toHaveLength(1);
    await client.call(deleteClusterForGood, { params: { id: cluster.id } });
    expect(await bindings(client, top, { principal: `User:${machine.id}` })).toEqual([]);
  });
});

it('an invitation brings the role that it names, or none', async () => {
  const { client, top } = await newCompany();
  const join = async (role_name: 'MetricsViewer' | null) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const guest = await api.anonymous.signUp({ name: 'Guest', email, password: 'correct horse' });
    await verifyAddress(api, guest);
    expect((await client.call(createInvitation, { body: { email, role_name } })).role_name).toBe(role_name);
    const token = await linkTo(api, email, 'invitation');
    expect((await guest.send('POST', '/auth/accept-invitation', { token })).status).toBe(200);
    return { guest, id: (await personOf(guest)).id };
  };
  const viewer = await join('MetricsViewer');
  expect((await viewer.guest.call(listClusters, {})).data).toHaveLength(1);
  const plain = await join(null);
  expect((await plain.guest.call(listClusters, {})).data).toEqual([]);
  const held = await bindings(client, top);
  expect(held.find(({ principal }) => principal === `User:${viewer.id}`)?.role_name).toBe('MetricsViewer');
  expect(held.find(({ principal }) => principal === `User:${plain.id}`)).toBeUndefined();
});
