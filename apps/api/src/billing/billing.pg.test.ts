import { CostList, getMonthToDate, getPriceBook, listCosts } from '@weir/contracts/billing';
import { createCluster, updateCluster } from '@weir/contracts/clusters';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { bind, newMachine, newMember, newOwner } from '../testing/people-with-roles.ts';
import { addUsedHour, type UsedHour } from '../testing/usage-for-tests.ts';

let api: TestApi;
let owner: Awaited<ReturnType<typeof newOwner>>;
let another: Awaited<ReturnType<typeof newOwner>>;
let machine: Awaited<ReturnType<typeof newMachine>>;
let basic: string;
let standard: string;

const gibibyte = 1024n ** 3n;
const hourMs = 3_600_000;
const noon = Date.parse('2026-01-10T12:00:00.000Z');
const january = { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' };

const makeCluster = async (client: ApiClient, name: string, kind: 'Basic' | 'Standard') =>
  (await client.call(createCluster, { body: { spec: { display_name: name, config: { kind } } } })).id;
const term = (clusterId: string, atMs: number, kind: string) =>
  api.platform.db.clusterTerm.create({ data: { clusterId, at: new Date(atMs), kind, units: 0 } });
const use = (clusterId: string, hour: number, change: Partial<UsedHour> = {}) =>
  addUsedHour(api, {
    ...{ clusterId, hour: new Date(noon + hour * hourMs), kind: 'Basic', meter: 'bytes_in' },
    ...{ topic: 'orders', principal: `User:${machine.id}`, quantity: gibibyte, ...change },
  });

beforeAll(async () => {
  api = await startTestApi();
  owner = await newOwner(api);
  another = await newOwner(api);
  machine = await newMachine(owner.client);
  basic = await makeCluster(owner.client, 'small', 'Basic');
  standard = await makeCluster(owner.client, 'large', 'Standard');
  // A day of January for both; what the rows of now tell comes after it.
  for (const [id, kind] of [
    [basic, 'Basic'],
    [standard, 'Standard'],
  ] as const) {
    await term(id, noon, kind);
    await term(id, noon + 24 * hourMs, '');
  }
  await use(basic, 0, { quantity: 4n * gibibyte });
  await use(basic, 1, { quantity: 2n * gibibyte });
  await use(basic, 1, { quantity: 2n * gibibyte, principal: 'User:u-1', keyId: 'KEY2', topic: 'payments' });
  await use(standard, 2, { kind: 'Standard', meter: 'bytes_out' });
  // An organization of its own, which has an allowance of its own.
  await use(await makeCluster(another.client, 'theirs', 'Basic'), 0, { quantity: 100n * gibibyte });
});
afterAll(() => api.close());

const costs = (query: Record<string, string> = {}, client = owner.client) =>
  client.call(listCosts, { query: { ...january, granularity: 'P1M', ...query } });

it('asks for what is above the allowance, and for the time of clusters that cost it', async () => {
  const byMeter = await costs({ group_by: 'meter' });
  const start = january.from;
  const end = january.to;
  // 8 GiB of which 5 are free, at 0.05; 1 GiB at 0.04; 24 hours at 0.35, and a Basic cluster for nothing.
  expect(byMeter.data).toEqual([
    { start, end, meter: 'bytes_in', quantity: String(8n * gibibyte), amount: '0.150000' },
    { start, end, meter: 'bytes_out', quantity: String(gibibyte), amount: '0.040000' },
    { start, end, meter: 'cluster_seconds', quantity: String(2 * 24 * 3_600), amount: '8.400000' },
  ]);
  expect(byMeter).toMatchObject({ total_amount: '8.590000', currency: 'USD', metadata: { total_size: 3 } });
});

it('comes to the same by whatever it is asked', async () => {
  for (const group_by of ['cluster', 'environment', 'principal', 'api_key', 'topic', 'meter'])
    for (const granularity of ['PT1H', 'P1D', 'P1M', 'TOTAL']) {
      const { data, total_amount } = await costs({ group_by, granularity, page_size: '100' });
      const micros = data.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 1e6), 0);
      expect([group_by, granularity, micros, total_amount]).toEqual([
        group_by,
        granularity,
        8_590_000,
        '8.590000',
      ]);
    }
});

it('shares an hour out to who used it in it', async () => {
  const byPrincipal = await costs({ group_by: 'principal', meter: 'bytes_in' });
  // In the second hour three of four GiB are paid, by two who used as much.
  expect(byPrincipal.data.map(({ amount, principal }) => [principal, amount])).toEqual(
    [
      [machine.id, '0.075000'],
      ['u-1', '0.075000'],
    ].toSorted(),
  );
  expect((await costs({ api_key: 'KEY2' })).total_amount).toBe('0.075000');
  const payments = await costs({ group_by: 'topic', topic: 'payments' });
  expect(payments.data.map(({ amount, topic }) => [topic, amount])).toEqual([['payments', '0.075000']]);
  expect((await costs({ cluster: standard })).total_amount).toBe('8.440000');
  expect((await costs({ cluster: 'lkc-nobodys' })).data).toEqual([]);
});

it('what is asked for alone costs the same by whatever it is told apart, however badly it divides', async () => {
  const other = await newOwner(api);
  const id = await makeCluster(other.client, 'uneven', 'Standard');
  await term(id, noon, 'Standard');
  for (let hour = 0; hour < 24; hour++)
    for (const [at, principal] of ['User:a', 'User:b', 'User:c'].entries())
      for (const topic of ['x', 'y'])
        await use(id, hour, {
          ...{ kind: 'Standard', principal, topic, keyId: `K${at}` },
          quantity: BigInt(1_000_003 * (hour + 1) + 77_777 * at),
        });
  const ask = async (query: Record<string, string>) => costs({ page_size: '100', ...query }, other.client);
  const total = (await ask({ meter: 'bytes_in' })).total_amount;
  let sum = 0;
  for (const principal of ['a', 'b', 'c']) {
    const totals = new Set<string>();
    for (const group_by of [undefined, 'topic', 'api_key', 'meter', 'cluster', 'principal']) {
      const by: Record<string, string> = group_by === undefined ? {} : { group_by };
      const found = await ask({ principal, granularity: 'PT1H', ...by });
      totals.add(found.total_amount);
      const parts = found.data.reduce((micros, { amount }) => micros + Math.round(Number(amount) * 1e6), 0);
      expect(parts).toBe(Math.round(Number(found.total_amount) * 1e6));
    }
    expect([...totals]).toHaveLength(1);
    sum += Math.round(Number([...totals][0]) * 1e6);
  }
  // Each of the three is rounded.
  expect(Math.abs(sum - Math.round(Number(total) * 1e6))).toBeLessThanOrEqual(1);
});

const pagesOf = async (query: Record<string, string>, ...by: readonly string[]): Promise<CostList[]> => {
  const asked = new URLSearchParams({ ...january, page_size: '2', ...query });
  for (const name of by) asked.append('group_by', name);
  const pages: CostList[] = [];
  for (let next: string | undefined = `${listCosts.path}?${asked}`; next !== undefined; ) {
    const page = CostList.parse((await owner.client.send('GET', next)).body);
    pages.push(page);
    next = page.metadata.next?.slice(new URL(page.metadata.next).origin.length);
  }
  return pages;
};

it('tells two dimensions apart, page by page', async () => {
  const pages = await pagesOf({ granularity: 'P1D' }, 'cluster', 'meter');
  expect(pages.map(({ metadata }) => metadata.total_size)).toEqual([6, 6, 6]);
  const rows = pages.flatMap(({ data }) => data);
  expect(rows).toHaveLength(6);
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(6);
  expect(rows.map(({ start }) => start)).toEqual(rows.map(({ start }) => start).toSorted());
});

it('tells the dearest first where that is asked for, over all pages', async () => {
  const pages = await pagesOf({ granularity: 'PT1H', order_by: 'AMOUNT' }, 'meter', 'principal');
  const amounts = pages.flatMap(({ data }) => data).map(({ amount }) => Number(amount));
  expect(pages.length).toBeGreaterThan(2);
  expect(amounts).toEqual(amounts.toSorted((one, other) => other - one));
  expect(amounts[0]).toBeGreaterThan(amounts.at(-1) ?? 0);
});

it('begins the allowance with the month, wherever a question begins', async () => {
  const hour = { granularity: 'PT1H', from: new Date(noon + hourMs).toISOString() };
  const { data } = await costs({ ...hour, to: new Date(noon + 2 * hourMs).toISOString(), meter: 'bytes_in' });
  expect(data.map(({ amount }) => amount)).toEqual(['0.150000']);
});

it.each([
  ['a few', 0],
  ['most of a day', -11],
])('is a total of any hours, %s of them, to each as much as those hours come to', async (_, first) => {
  const from = new Date(noon + first * hourMs).toISOString();
  const to = new Date(noon + 2 * hourMs - 1).toISOString();
  for (const group_by of ['cluster', 'principal', 'topic', 'meter']) {
    const total = await costs({ group_by, granularity: 'TOTAL', from, to });
    const hours = await costs({ group_by, granularity: 'PT1H', from, to });
    const nameOf = (row: (typeof total.data)[number]) => row[group_by as 'cluster'] ?? '';
    const summed = Map.groupBy(hours.data, nameOf);
    expect(total.total_amount).toBe(hours.total_amount);
    expect(new Set(total.data.map(nameOf))).toEqual(new Set(summed.keys()));
    for (const row of total.data) {
      const micros = (summed.get(nameOf(row)) ?? []).map(({ amount }) => Math.round(Number(amount) * 1e6));
      const sum = micros.reduce((one, other) => one + other, 0);
      expect(Math.abs(Math.round(Number(row.amount) * 1e6) - sum)).toBeLessThanOrEqual(1);
      expect([row.start, row.end]).toEqual([from, new Date(noon + 2 * hourMs).toISOString()]);
    }
  }
});

it('refuses questions that no answer could hold, or that make no sense', async () => {
  const refused = [
    { granularity: 'PT1H', from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
    { granularity: 'P1M', from: '2000-01-01T00:00:00Z' },
    { from: january.to, to: january.from },
    { group_by: 'weather' },
    { meter: 'requests' },
    { page_token: 'x' },
  ];
  for (const query of refused) expect((await owner.client.try(listCosts, { query })).status).toBe(400);
});

it('shows money to who looks after it, and to a service account what it used itself', async () => {
  const payer = await newMember(api, owner.organizationId);
  expect((await payer.client.try(listCosts, {})).status).toBe(403);
  expect((await payer.client.try(getMonthToDate, {})).status).toBe(403);
  const pattern = `crn://weir/organization=${owner.organizationId}`;
  await bind(owner.client, payer.id, 'BillingAdmin', pattern);
  expect((await costs({}, payer.client)).total_amount).toBe('8.590000');

  expect((await machine.client.try(listCosts, {})).status).toBe(403);
  const others = { query: { principal: 'u-1' } };
  expect((await machine.client.try(listCosts, others)).status).toBe(403);
  // 0.075 of what came in and 0.04 of what went out.
  for (const principal of [machine.id, `User:${machine.id}`])
    expect((await costs({ principal }, machine.client)).total_amount).toBe('0.115000');
});

it('shows no organization what another uses', async () => {
  const { data } = await costs({ group_by: 'cluster' });
  expect(data.map(({ cluster }) => cluster)).toEqual([basic, standard].toSorted());
  expect((await costs({ cluster: basic }, another.client)).data).toEqual([]);
});

it('counts the running month from what clusters are now, and says what it will have cost', async () => {
  const { amount, forecast, payment } = await owner.client.call(getMonthToDate, {});
  expect(payment).toBe('OFF');
  // A Standard cluster that is minutes old.
  expect(Number(amount)).toBeLessThan(0.35);
  expect(forecast).toMatchObject({ hours_seen: expect.any(Number) });
  expect(Number(forecast.low_amount) <= Number(forecast.amount)).toBe(true);
  const spec = { config: { kind: 'Standard' as const } };
  await owner.client.call(updateCluster, { params: { id: basic }, body: { spec } });
  const terms = await api.platform.db.clusterTerm.findMany({
    where: { clusterId: basic },
    orderBy: { id: 'asc' },
  });
  expect(terms.map(({ kind }) => kind)).toEqual(['Basic', 'Basic', '', 'Standard']);
});

it('says what was expected of the last month when the same day of it began', async () => {
  const { client } = await newOwner(api);
  const id = await makeCluster(client, 'old', 'Standard');
  await term(id, Date.now() - 100 * 24 * hourMs, 'Standard');
  const { last_month: last, start } = await client.call(getMonthToDate, {});
  // It has cost the same each hour.
  expect(Number(last.amount)).toBeGreaterThan(0);
  const { as_of: asOf, ...expected } = last.forecast ?? { as_of: '' };
  expect(expected).toEqual({ amount: last.amount, low_amount: last.amount, high_amount: last.amount });
  const daysOf = (from: string, to: string) =>
    Math.floor((Date.parse(to) - Date.parse(from)) / (24 * hourMs));
  const daysOfLast = daysOf(last.start, start);
  expect(daysOf(last.start, asOf)).toBe(Math.min(daysOf(start, new Date().toISOString()), daysOfLast - 1));
  expect(asOf).toMatch(/T00:00:00.000Z$/);

  const young = await newOwner(api);
  expect((await young.client.call(getMonthToDate, {})).last_month.forecast).toBeNull();
});

it('has a price list for everybody, of all that has a price', async () => {
  const { currency, prices } = await machine.client.call(getPriceBook, {});
  expect(currency).toBe('USD');
  const unit = prices.find(({ meter }) => meter === 'unit_seconds');
  expect(unit).toMatchObject({ cluster_kind: 'Dedicated', per: 'unit-hour' });
  const basic = prices.filter(({ cluster_kind: kind }) => kind === 'Basic').map(({ meter }) => meter);
  expect(basic).toEqual(['bytes_in', 'bytes_out', 'stored_byte_seconds', 'partition_seconds']);
});
