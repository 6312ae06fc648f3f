import { getAccountDeletion } from '@weir/contracts/account-deletion';
import { createCluster, deleteCluster } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount, listApiKeys } from '@weir/contracts/iam';
import { createInvitation } from '@weir/contracts/members';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { mailsTo, personOf } from '../testing/mails-for-tests.ts';
import { bind, newMember, newOwner } from '../testing/people-with-roles.ts';

const password = 'correct horse battery';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.cell.registerBroker(brokerOf(1));
});
afterAll(() => api.close());

const remove = (client: ApiClient, given: object = { password }) =>
  client.send('POST', '/auth/delete-account', given);
const crnOf = (organizationId: string) => `crn://weir/organization=${organizationId}`;
const isIn = async (client: ApiClient) => (await client.send('GET', '/auth/get-session')).body !== null;

/** Every word that the store has, but for the mail that tells of it. */
const wholeStore = async (): Promise<string> => {
  const { db } = api.platform;
  const tables = await db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`;
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const but = name === 'mails' ? " WHERE kind <> 'account-deleted'" : '';
      return JSON.stringify(
        await db.$queryRawUnsafe(`SELECT to_jsonb(t)::text AS row FROM "${name}" t${but}`),
      );
    }),
  );
  return texts.join('\n');
};

describe('an account', () => {
  it('goes with its only organization: sessions, keys and every word about the person at once', async () => {
    const name = `Zenobia${crypto.randomUUID().slice(0, 8)}`;
    const owner = await newOwner(api, name);
    const { email } = await personOf(owner.client);
    const other = await api.anonymous.send('POST', '/auth/sign-in/email', { email, password });
    const elsewhere = api.anonymous.with({
      cookie: other.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; '),
    });
    const account = await owner.client.call(createServiceAccount, { body: { display_name: 's' } });
    const keys = [
      await owner.client.call(createApiKey, { body: { spec: {} } }),
      await owner.client.call(createApiKey, { body: { spec: { owner: { id: account.id } } } }),
    ];
    const guest = `${crypto.randomUUID()}@example.com`;
    await owner.client.call(createInvitation, { body: { email: guest } });
    expect(await owner.client.call(getAccountDeletion, {})).toMatchObject({
      is_possible: true,
      needs_password: true,
      organizations: [{ organization_id: owner.organizationId, outcome: 'DELETED', api_keys: 2 }],
    });
    expect(await wholeStore()).toContain(email);

    expect((await remove(owner.client)).status).toBe(200);
    expect([await isIn(owner.client), await isIn(elsewhere)]).toEqual([false, false]);
    for (const key of keys) {
      const client = api.anonymous.withKey(key.id, key.spec.secret);
      expect((await client.try(listApiKeys, {})).status).toBe(403);
    }
    expect((await mailsTo(api, email)).map(({ kind }) => kind)).toEqual(['account-deleted']);
    const left = await wholeStore();
    expect(left).not.toContain(email);
    expect(left).toContain(owner.id);
    const events = await api.platform.db.auditEvent.findMany({
      where: { organizationId: owner.organizationId },
      orderBy: { sequence: 'desc' },
      take: 2,
    });
    expect(events.map(({ action }) => action)).toEqual(['user.delete', 'organization.delete']);
    // The address is free again, for a person who is another.
    const again = await api.anonymous.signUp({ name: 'Somebody', email, password });
    expect((await personOf(again)).id).not.toBe(owner.id);
  });

  it('leaves no name behind in any log or row', async () => {
    const name = `Xanthippe${crypto.randomUUID().slice(0, 8)}`;
    const { client } = await newOwner(api, name);
    expect((await remove(client)).status).toBe(200);
    expect(await wholeStore()).not.toContain(name);
  });

  it('takes its password, and nobody guesses it with a found session', async () => {
    const { client } = await newOwner(api);
    expect((await remove(client, { password: 'a guess' })).status).toBe(400);
    expect((await remove(client, {})).status).toBe(400);
    expect((await remove(api.anonymous)).status).toBe(401);
    expect(await isIn(client)).toBe(true);
  });

  it('without a password takes a sign-in of the last ten minutes', async () => {
    const { client, id } = await newOwner(api);
    await api.platform.db.account.deleteMany({ where: { userId: id } });
    const age = (minutes: number) =>
      api.platform.db.session.updateMany({
        where: { userId: id },
        data: { createdAt: new Date(Date.now() - minutes * 60_000) },
      });
    await age(11);
    expect((await client.call(getAccountDeletion, {})).needs_password).toBe(false);
    const late = await remove(client, {});
    expect([late.status, late.text]).toEqual([403, expect.stringContaining('sign in again')]);
    await age(9);
    expect((await remove(client, {})).status).toBe(200);
  });

  it('stays while its own organization has a cluster, and says so', async () => {
    const { client } = await newOwner(api);
    const cluster = await client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const answer = await remove(client);
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('1 cluster.')]);
    expect((await client.call(getAccountDeletion, {})).organizations[0]?.outcome).toBe('IN_THE_WAY');
    expect(await isIn(client)).toBe(true);
    await client.call(deleteCluster, { params: { id: cluster.id } });
    expect((await remove(client)).status).toBe(200);
  });

  it('of the only OrganizationAdmin stays while there are others, and leaves them everything afterwards', async () => {
    const owner = await newOwner(api);
    const cluster = await owner.client.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const key = await owner.client.call(createApiKey, {
      body: { spec: { resource: { id: cluster.id } } },
    });
    expect(await api.cell.findCredential(key.id)).not.toBeNull();
    const member = await newMember(api, owner.organizationId);
    const refused = await remove(owner.client);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('OrganizationAdmin')]);
    await bind(owner.client, member.id, 'OrganizationAdmin', crnOf(owner.organizationId));
    expect((await owner.client.call(getAccountDeletion, {})).organizations).toMatchObject([
      { outcome: 'LEFT', api_keys: 1 },
    ]);
    expect((await remove(owner.client)).status).toBe(200);
    // Brokers have the key no more when the answer is there, and close what it opened.
    expect(await api.cell.findCredential(key.id)).toBeNull();
    const { data } = await member.client.call(listApiKeys, {});
    expect(data).toEqual([]);
    expect(await api.platform.db.cluster.count({ where: { id: cluster.id, deletedAt: null } })).toBe(1);
    const actions = await api.platform.db.auditEvent.findMany({
      where: { organizationId: owner.organizationId },
      orderBy: { sequence: 'desc' },
      take: 4,
    });
    expect(actions.map(({ action }) => action)).toEqual([
      'user.delete',
      'member.delete',
      'api-key.delete',
      'role-binding.delete',
    ]);
  });

  it('of two administrators who go at once, one stays with those who are left', async () => {
    const owner = await newOwner(api);
    const second = await newMember(api, owner.organizationId);
    await newMember(api, owner.organizationId);
    await bind(owner.client, second.id, 'OrganizationAdmin', crnOf(owner.organizationId));
    const answers = await Promise.all([remove(owner.client), remove(second.client)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});
