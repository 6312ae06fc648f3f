import { listAuditEvents } from '@weir/contracts/audit';
import { createCluster, listClusters } from '@weir/contracts/clusters';
import { createApiKey, listUsers } from '@weir/contracts/iam';
import {
  createInvitation,
  deleteInvitation,
  deleteUser,
  listInvitations,
  listMemberships,
} from '@weir/contracts/members';
import { deleteRoleBinding, listRoleBindings } from '@weir/contracts/role-bindings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { linkTo, mailsTo, personOf, verifyAddress } from '../testing/mails-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const newAddress = () => `${crypto.randomUUID()}@example.com`;
const newPerson = async (email = newAddress()) => {
  const client = await api.anonymous.signUp({ name: 'Ada', email, password: 'correct horse' });
  await verifyAddress(api, client);
  return { client, email, id: (await personOf(client)).id };
};
const invite = (client: ApiClient, email: string) => client.call(createInvitation, { body: { email } });
const accept = (client: ApiClient, token: string) =>
  client.send('POST', '/auth/accept-invitation', { token });
const currentOf = async (client: ApiClient) => {
  const { data } = await client.call(listMemberships, {});
  return { all: data.length, id: data.find(({ is_current }) => is_current)?.organization_id ?? '' };
};
const switchTo = (client: ApiClient, organization_id: string) =>
  client.send('POST', '/auth/switch-organization', { organization_id });
/** An organization with two administrators. */
const pair = async () => {
  const [owner, other] = [await newPerson(), await newPerson()];
  await invite(owner.client, other.email);
  expect((await accept(other.client, await linkTo(api, other.email, 'invitation'))).status).toBe(200);
  return { owner, other };
};

describe('an invitation', () => {
  it('lets its address in once, and the session is about that organization from then on', async () => {
    const [owner, other] = [await newPerson(), await newPerson()];
    await owner.client.call(createCluster, { body: { spec: { display_name: 'theirs' } } });
    await invite(owner.client, other.email.toUpperCase());
    const token = await linkTo(api, other.email, 'invitation');
    expect((await accept(other.client, token)).status).toBe(200);
    expect((await other.client.call(listClusters, {})).data).toHaveLength(1);
    expect((await owner.client.call(listUsers, {})).metadata.total_size).toBe(2);
    expect((await owner.client.call(listInvitations, {})).data).toEqual([]);
    expect((await accept(other.client, token)).status).toBe(400);
    const actions = (await owner.client.call(listAuditEvents, {})).data.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['invitation.create', 'member.create']));
  });

  it('is for who has confirmed the very address, whoever else gets hold of the link', async () => {
    const [owner, thief] = [await newPerson(), await newPerson()];
    const email = newAddress();
    await invite(owner.client, email);
    const token = await linkTo(api, email, 'invitation');
    expect((await accept(api.anonymous, token)).status).toBe(401);
    expect((await accept(thief.client, token)).status).toBe(409);
    const client = await api.anonymous.signUp({ name: 'Bob', email, password: 'correct horse' });
    expect((await accept(client, token)).status).toBe(409);
    await verifyAddress(api, client);
    expect((await accept(client, token)).status).toBe(200);
  });

  it('that was taken back, is too old, or whose sender may not invite any more, lets nobody in', async () => {
    const { owner, other } = await pair();
    const guests = await Promise.all([newPerson(), newPerson(), newPerson()]);
    const [back, old, orphan] = guests;
    const { id } = await invite(owner.client, back.email);
    await owner.client.call(deleteInvitation, { params: { id } });
    await invite(owner.client, old.email);
    await api.platform.db.mail.updateMany({
      where: { recipient: old.email, kind: 'invitation' },
      data: { expiresAt: new Date() },
    });
    await invite(other.client, orphan.email);
    await owner.client.call(deleteUser, { params: { id: other.id } });
    for (const { client, email } of guests) {
      expect((await accept(client, await linkTo(api, email, 'invitation'))).status).toBe(400);
    }
  });

  it('looks at the right of its sender when it is accepted, not when it was sent', async () => {
    const { owner, other } = await pair();
    const guest = await newPerson();
    await invite(other.client, guest.email);
    const { id: organizationId } = await currentOf(owner.client);
    const query = { crn_pattern: `crn://weir/organization=${organizationId}`, principal: `User:${other.id}` };
    const { data } = await owner.client.call(listRoleBindings, { query });
    expect(data.map(({ role_name }) => role_name)).toEqual(['OrganizationAdmin']);
    await owner.client.call(deleteRoleBinding, { params: { id: data[0]?.id ?? '' } });
    expect((await accept(guest.client, await linkTo(api, guest.email, 'invitation'))).status).toBe(400);
  });

  it('tells nobody who has an account, takes a confirmed address to send, and has bounds', async () => {
    const unverified = await api.signUp();
    expect((await unverified.try(createInvitation, { body: { email: newAddress() } })).status).toBe(409);
    const [owner, known] = [await newPerson(), await newPerson()];
    const shape = (one: object) => Object.keys(one).toSorted();
    const [some, none] = [await invite(owner.client, known.email), await invite(owner.client, newAddress())];
    expect(shape(some)).toEqual(shape(none));
    for (let at = 0; at < 6; at++) await invite(owner.client, known.email);
    const sent = (await mailsTo(api, known.email)).filter(({ kind }) => kind === 'invitation');
    expect(sent).toHaveLength(5);
    const key = await owner.client.call(createApiKey, { body: { spec: {} } });
    const machine = owner.client.withKey(key.id, key.spec.secret);
    expect((await machine.try(createInvitation, { body: { email: newAddress() } })).status).toBe(403);
    expect((await owner.client.try(createInvitation, { body: { email: owner.email } })).status).toBe(409);
  });
});

describe('a member who is removed', () => {
  it('loses the organization with the next request, and his keys, and keeps his own', async () => {
    const { owner, other } = await pair();
    const cluster = await other.client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const cloud = await other.client.call(createApiKey, { body: { spec: {} } });
    const own = await other.client.call(createApiKey, { body: { spec: { resource: { id: cluster.id } } } });
    const machine = other.client.withKey(cloud.id, cloud.spec.secret);
    expect((await machine.call(listClusters, {})).data).toHaveLength(1);
    await owner.client.call(deleteUser, { params: { id: other.id } });
    expect((await other.client.call(listClusters, {})).data).toEqual([]);
    expect((await currentOf(other.client)).all).toBe(1);
    expect((await machine.send('GET', '/cmk/v2/clusters')).status).toBe(403);
    expect(await api.cell.findCredential(own.id)).toBeNull();
    const actions = (await owner.client.call(listAuditEvents, {})).data.map(({ action }) => action);
    expect(actions).toContain('member.delete');
  });

  it('is never the last administrator, also when two remove each other at once', async () => {
    const alone = await newPerson();
    expect((await alone.client.try(deleteUser, { params: { id: alone.id } })).status).toBe(409);
    const { owner, other } = await pair();
    const answers = await Promise.all([
      owner.client.try(deleteUser, { params: { id: other.id } }),
      other.client.try(deleteUser, { params: { id: owner.id } }),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });

  it('gets an organization of his own again if he founded the one that he lost', async () => {
    const { owner, other } = await pair();
    const { id: lost } = await currentOf(owner.client);
    await other.client.call(deleteUser, { params: { id: owner.id } });
    const { all, id } = await currentOf(owner.client);
    expect(all).toBe(1);
    expect(id).not.toBe(lost);
  });

  it('is not one of another organization', async () => {
    const [owner, stranger] = [await newPerson(), await newPerson()];
    const hidden = await stranger.client.try(deleteUser, { params: { id: owner.id } });
    const absent = await stranger.client.try(deleteUser, { params: { id: 'u-0000000000' } });
    expect([hidden.status, absent.status]).toEqual([404, 404]);
  });
});

describe('a person in several organizations', () => {
  it('works in one at a time by session, and switches to those that she is in', async () => {
    const { owner, other } = await pair();
    const joined = await currentOf(other.client);
    const { data } = await other.client.call(listMemberships, {});
    const first = data.find(({ is_current }) => !is_current)?.organization_id ?? '';
    expect(joined.all).toBe(2);
    expect((await switchTo(other.client, first)).status).toBe(200);
    expect((await currentOf(other.client)).id).toBe(first);
    expect((await currentOf(owner.client)).id).toBe(joined.id);
    const stranger = await currentOf((await newPerson()).client);
    expect((await switchTo(other.client, stranger.id)).status).toBe(404);
    expect((await switchTo(other.client, crypto.randomUUID())).status).toBe(404);
    expect((await switchTo(other.client, 'x')).status).toBe(400);
    expect((await currentOf(other.client)).id).toBe(first);
  });

  it('has keys that stay with the organization that they were made in', async () => {
    const { other } = await pair();
    const key = await other.client.call(createApiKey, { body: { spec: {} } });
    await other.client.call(createCluster, { body: { spec: { display_name: 'shared' } } });
    const { data } = await other.client.call(listMemberships, {});
    await switchTo(other.client, data.find(({ is_current }) => !is_current)?.organization_id ?? '');
    expect((await other.client.call(listClusters, {})).data).toEqual([]);
    const machine = other.client.withKey(key.id, key.spec.secret);
    expect((await machine.call(listClusters, {})).data).toHaveLength(1);
  });
});
