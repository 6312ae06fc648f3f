import { createCluster, deleteCluster, listReachedLimits } from '@weir/contracts/clusters';
import { createApiKey, createServiceAccount } from '@weir/contracts/iam';
import { createEnvironment, listOrganizations } from '@weir/contracts/organizations';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { verifyAddress } from '../testing/mails-for-tests.ts';
import { limitsUnverified, limitsVerified, madePerDayFactor } from './organization-limits.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const quotasOf = async (person: ApiClient) => {
  const { data } = await person.call(listAppliedQuotas, { query: { scope: 'ORGANIZATION' } });
  return Object.fromEntries(
    data.map((one) => [one.id, [one.default_limit, one.applied_limit, one.usage] as const]),
  );
};
const organizationOf = async (person: ApiClient) =>
  (await person.call(listOrganizations, {})).data[0]?.id ?? '';
const setLimits = async (person: ApiClient, limits: Record<string, number>) =>
  api.platform.db.organization.update({ where: { id: await organizationOf(person) }, data: { limits } });

const creations = {
  clusters: (person: ApiClient, name: string) =>
    person.try(createCluster, { body: { spec: { display_name: name } } }),
  environments: (person: ApiClient, name: string) =>
    person.try(createEnvironment, { body: { display_name: name } }),
  api_keys: (person: ApiClient, name: string) =>
    person.try(createApiKey, { body: { spec: { display_name: name } } }),
  service_accounts: (person: ApiClient, name: string) =>
    person.try(createServiceAccount, { body: { display_name: name } }),
} as const;

describe('an organization', () => {
  it.each(Object.entries(creations))(
    'has no more %s than its limit, also when all are asked for at once',
    async (name, create) => {
      const person = await api.signUp();
      const [, , before] = (await quotasOf(person))[`organization.${name}.max`] ?? [0, 0, 0];
      await setLimits(person, { [name]: before + 3 });
      const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => create(person, `n${at}`)));
      const made = answers.filter((answer) => answer.status < 300);
      expect(made).toHaveLength(3);
      const refused = answers.filter((answer) => answer.status === 409);
      expect(refused).toHaveLength(9);
      expect(refused[0]?.text).toMatch(/limit_reached.*limit of \d+/);
      expect((await quotasOf(person))[`organization.${name}.max`]?.slice(1)).toEqual([
        before + 3,
        before + 3,
      ]);
    },
  );

  it('has room again for what it removed, but does not make and remove without end', async () => {
    const person = await api.signUp();
    await setLimits(person, { clusters: 1 });
    for (let at = 0; at < madePerDayFactor; at++) {
      const body = { spec: { display_name: 'again' } };
      const { id } = await person.call(createCluster, { body });
      await person.call(deleteCluster, { params: { id } });
    }
    const answer = await creations.clusters(person, 'once more');
    expect(answer.status).toBe(409);
    expect(answer.text).toMatch(/within a day/);
  }, 60_000);

  it('may have more once an address of its administrators is confirmed, and says what it has', async () => {
    const person = await api.signUp();
    const before = await quotasOf(person);
    expect(before['organization.clusters.max']).toEqual([
      limitsUnverified.clusters,
      limitsUnverified.clusters,
      0,
    ]);
    expect(before['organization.members.max']?.[2]).toBe(1);
    await verifyAddress(api, person);
    const after = await quotasOf(person);
    expect(after['organization.clusters.max']?.[1]).toBe(limitsVerified.clusters);
  });

  it('does not hear of another’s limits, and a key without a role of none', async () => {
    const person = await api.signUp();
    const account = await person.call(createServiceAccount, { body: { display_name: 's' } });
    const key = await person.call(createApiKey, { body: { spec: { owner: { id: account.id } } } });
    const machine = person.withKey(key.id, key.spec.secret);
    expect(await quotasOf(machine)).toEqual({});
    expect((await person.try(listAppliedQuotas, {})).status).toBe(400);
    const other = await person.call(listAppliedQuotas, { query: { scope: 'KAFKA_CLUSTER' } });
    expect(other.data).toEqual([]);
  });

  it('keeps its Idempotency-Key’s effect also when it is full by then', async () => {
    const person = await api.signUp();
    await setLimits(person, { clusters: 1 });
    const once = person.with({ 'idempotency-key': 'the-first' });
    const first = await creations.clusters(once, 'one');
    expect((await creations.clusters(person, 'two')).status).toBe(409);
    expect((await creations.clusters(once, 'one')).text).toBe(first.text);
  });
});

describe('limits that a cluster reached', () => {
  const windowStart = () => new Date(Math.floor(Date.now() / 10_000) * 10_000 - 20_000);
  const reach = (clusterId: string, limit: string, start: Date, count = 1n, brokerId = 1) =>
    api.platform.db.reachedLimit.create({
      data: { brokerId, bootEpoch: 1, windowStart: start, clusterId, limit, count, since: start },
    });

  it('are added up over brokers and windows, the latest first, as far back as is asked', async () => {
    const person = await api.signUp();
    const { id } = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
    const start = windowStart();
    const before = new Date(start.getTime() - 10_000);
    const yesterday = new Date(start.getTime() - 25 * 3_600_000);
    await reach(id, 'groupBytesMax', before, 2n);
    await reach(id, 'groupBytesMax', start, 3n, 2);
    await reach(id, 'connectionsMax', before, 5n);
    await reach(id, 'storedBytesMax', yesterday);
    const { data } = await person.call(listReachedLimits, { params: { id } });
    expect(data).toEqual([
      {
        limit: 'groupBytesMax',
        count: 5,
        since: start.toISOString(),
        last_reached_at: new Date(start.getTime() + 10_000).toISOString(),
      },
      {
        limit: 'connectionsMax',
        count: 5,
        since: before.toISOString(),
        last_reached_at: start.toISOString(),
      },
    ]);
    const all = await person.call(listReachedLimits, { params: { id }, query: { hours: '48' } });
    expect(all.data.map((one) => one.limit)).toEqual(['groupBytesMax', 'connectionsMax', 'storedBytesMax']);
    expect((await person.try(listReachedLimits, { params: { id }, query: { hours: '721' } })).status).toBe(
      400,
    );
  });

  it('are nobody else’s to see', async () => {
    const [person, other] = [await api.signUp(), await api.signUp()];
    const { id } = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
    await reach(id, 'groupBytesMax', windowStart());
    const hidden = await other.try(listReachedLimits, { params: { id } });
    const absent = await other.try(listReachedLimits, { params: { id: 'lkc-none' } });
    expect(hidden.status).toBe(404);
    expect(hidden.text.replace(/"id":"[^"]+"/, '')).toBe(absent.text.replace(/"id":"[^"]+"/, ''));
  });
});
