import { decimalText } from '@weir/billing/money';
import { hourMs, hourOf } from '@weir/billing/period';
import { listAuditEvents } from '@weir/contracts/audit';
import { getMonthToDate } from '@weir/contracts/billing';
import {
  budgetsMax,
  createBudget,
  deleteBudget,
  getBudget,
  listBudgets,
  updateBudget,
} from '@weir/contracts/budgets';
import { createCluster } from '@weir/contracts/clusters';
import { KnownDays } from '@weir/costs/known-days';
import { expectedIn, readTwoMonths } from '@weir/costs/read-forecast';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import { addUsedHour } from '../testing/usage-for-tests.ts';

let api: TestApi;
let owner: Awaited<ReturnType<typeof newOwner>>;

beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
beforeEach(async () => {
  owner = await newOwner(api);
});
afterAll(() => api.close());

const budgetOf = (amount: string, change: object = {}) => ({
  spec: {
    display_name: 'a budget',
    scope: { kind: 'organization' as const, id: owner.organizationId },
    amount,
    ...change,
  },
});

it('a dry run and a repeated request change nothing, and each change is in the audit log', async () => {
  const { client } = owner;
  const body = budgetOf('12.5');
  await client.call(createBudget, { body, query: { dry_run: 'true' } });
  expect((await client.call(listBudgets, {})).data).toEqual([]);
  const repeated = client.with({ 'idempotency-key': crypto.randomUUID() });
  const first = await repeated.call(createBudget, { body });
  expect((await repeated.call(createBudget, { body })).id).toBe(first.id);
  expect(first.spec).toMatchObject({ amount: '12.500000', thresholds: [50, 80, 100] });
  const params = { id: first.id };
  const change = { spec: { amount: '20', forecast_thresholds: [120] } };
  await client.call(updateBudget, { params, body: change, query: { dry_run: 'true' } });
  expect((await client.call(getBudget, { params })).spec).toEqual(first.spec);
  await client.call(updateBudget, { params, body: change });
  expect((await client.call(getBudget, { params })).spec).toMatchObject({
    ...{ amount: '20.000000', thresholds: [50, 80, 100], forecast_thresholds: [120] },
  });
  await client.call(deleteBudget, { params });
  const events = await client.call(listAuditEvents, { query: { 'resource.id': first.id } });
  expect(events.data.map(({ action }) => action)).toEqual([
    ...['budget.delete', 'budget.update', 'budget.create'],
  ]);
});

it('a list is narrowed to what its budgets are of, and read by pages', async () => {
  const { client, organizationId } = owner;
  const cluster = await client.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const scope = { kind: 'cluster' as const, id: cluster.id };
  for (const amount of ['1', '2', '3']) await client.call(createBudget, { body: budgetOf(amount) });
  const { id } = await client.call(createBudget, { body: budgetOf('4', { scope }) });
  const narrow = { 'scope.kind': 'cluster' as const, 'scope.id': cluster.id };
  const ofCluster = await client.call(listBudgets, { query: narrow });
  expect(ofCluster.data.map((budget) => budget.id)).toEqual([id]);
  expect(ofCluster.metadata.total_size).toBe(1);
  const query = { 'scope.id': organizationId, page_size: '2' };
  const page = await client.call(listBudgets, { query });
  expect(page.data.map(({ spec }) => spec.amount)).toEqual(['3.000000', '2.000000']);
  const next = new URL(page.metadata.next ?? '');
  expect(next.searchParams.get('scope.id')).toBe(organizationId);
  const token = next.searchParams.get('page_token') ?? '';
  const rest = await client.call(listBudgets, { query: { ...query, page_token: token } });
  expect(rest.data.map(({ spec }) => spec.amount)).toEqual(['1.000000']);
});

it('what a budget of all is spent and expected to come to is what the billing page says', async () => {
  const { client, organizationId } = owner;
  const { db } = api.platform;
  const { id: clusterId } = await client.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const hour = hourOf(Date.now());
  const at = new Date(hour - 70 * hourMs);
  await db.clusterTerm.create({ data: { clusterId, at, kind: 'Basic', units: 0 } });
  const used = { clusterId, kind: 'Basic', meter: 'bytes_in', topic: 'orders', keyId: 'KEY1' };
  for (const [hoursAgo, gibibytes] of [
    [60, 9n],
    [30, 4n],
    [3, 12n],
    [0, 1n],
  ] as const)
    await addUsedHour(api, {
      ...{ ...used, principal: 'User:sa-1', hour: new Date(hour - hoursAgo * hourMs) },
      quantity: gibibytes * 1024n ** 3n,
    });
  const month = await client.call(getMonthToDate, {});
  const nowMs = Date.parse(month.as_of);
  const [organization, person] = [
    { scopeKind: 'organization', scopeId: organizationId },
    { scopeKind: 'service-account', scopeId: 'sa-1' },
  ];
  const read = (scopes: readonly (typeof organization)[]) =>
    readTwoMonths(db, new KnownDays(), organizationId, scopes, nowMs);
  // Alone, and beside one for which usage is told apart by principal.
  for (const months of [await read([organization]), await read([organization, person])]) {
    const { forecastMicros, hoursSeen, spentMicros } = expectedIn(months, organization);
    expect(decimalText(spentMicros)).toBe(month.amount);
    expect(decimalText(forecastMicros ?? 0n)).toBe(month.forecast.amount);
    expect(hoursSeen).toBe(month.forecast.hours_seen);
  }
  expect(Number(month.forecast.amount)).toBeGreaterThan(Number(month.amount));
});

it('what was told of an amount is forgotten with another amount, and with nothing else', async () => {
  const { client } = owner;
  const { id } = await client.call(createBudget, { body: budgetOf('10') });
  const told = new Date('2026-01-01T00:00:00.000Z');
  await api.platform.db.budget.update({ where: { id }, data: { toldFrom: told, toldPercent: 80 } });
  const find = () => api.platform.db.budget.findUnique({ where: { id } });
  const renamed = { display_name: 'renamed', amount: '10', thresholds: [70] };
  await client.call(updateBudget, { params: { id }, body: { spec: renamed } });
  expect(await find()).toMatchObject({ toldFrom: told, toldPercent: 80 });
  await client.call(updateBudget, { params: { id }, body: { spec: { amount: '11' } } });
  expect(await find()).toMatchObject({ toldFrom: null });
});

it('an organization has a bounded number of them', async () => {
  const { client, organizationId } = owner;
  const row = { organizationId, displayName: 'b', scopeKind: 'organization', scopeId: organizationId };
  await api.platform.db.budget.createMany({
    data: Array.from({ length: budgetsMax }, (_, at) => ({
      ...{ ...row, id: `bud-${organizationId}-${at}`, micros: 1n, currency: 'USD' },
    })),
  });
  const answer = await client.send('POST', createBudget.path, budgetOf('1'));
  expect(answer.status).toBe(409);
  expect(answer.text).toContain('at most 50 budgets');
});

it.each([
  ['nothing', { amount: '0.00' }],
  ['a negative amount', { amount: '-1' }],
  ['another currency', { currency: 'EUR' }],
  ['a cluster of nobody’s', { scope: { kind: 'cluster', id: 'lkc-nobody' } }],
  ['an id that no store takes', { scope: { kind: 'cluster', id: 'lkc-\0' } }],
  ['a threshold that is named twice', { forecast_thresholds: [50, 50] }],
])('refuses %s, and nothing has changed', async (_, change) => {
  const { client } = owner;
  const answer = await client.send('POST', createBudget.path, budgetOf('1', change));
  expect(answer.status).toBe(400);
  expect((await client.call(listBudgets, {})).data).toEqual([]);
});
