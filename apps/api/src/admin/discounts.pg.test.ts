import { periodOf } from '@weir/billing/period';
import { listAuditEvents } from '@weir/contracts/audit';
import { getPriceBook } from '@weir/contracts/billing';
import { createCluster } from '@weir/contracts/clusters';
import { getInvoice } from '@weir/contracts/invoices';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newMachine, newOwner } from '../testing/people-with-roles.ts';
import { runCommand } from './run-command.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const admin = (text: string) => {
  const tools = { db: api.platform.db, clock: api.platform.clock, print: () => undefined };
  return runCommand([...text.split(' '), '--operator', 'kim', '--reason', 'A year’s promise'], tools);
};
const monthText = (atMs: number) => new Date(atMs).toISOString().slice(0, 7);
const running = () => periodOf(api.platform.clock.now());

it('a discount is set for a month that has not begun, stands in the log, and may be set anew until then', async () => {
  const { client, organizationId } = await newOwner(api);
  const from = monthText(running().toMs);
  for (const percent of ['12.5', '12.5', '20'])
    await admin(`discounts set ${organizationId} ${percent} --from ${from}`);
  const rows = await api.platform.db.organizationDiscount.findMany({ where: { organizationId } });
  expect(rows).toMatchObject([{ since: new Date(running().toMs), basisPoints: 2_000 }]);
  const { data } = await client.call(listAuditEvents, { query: { action: 'discount.*' } });
  expect(data).toMatchObject([{ after: { percent: '20.00', from } }, { after: { percent: '12.50', from } }]);
});

it('what is no discount, no month to come or no organization changes nothing', async () => {
  const { organizationId } = await newOwner(api);
  const from = monthText(running().toMs);
  for (const percent of ['100.01', '101', '1e1', 'ten', '1.234', '.5'])
    await expect(admin(`discounts set ${organizationId} ${percent} --from ${from}`)).rejects.toThrow(
      /percent/,
    );
  for (const month of [monthText(running().fromMs), '2020-01', '2026-13', 'soon', '99999-01'])
    await expect(admin(`discounts set ${organizationId} 5 --from ${month}`)).rejects.toThrow(/--from/);
  await expect(admin(`discounts set ${organizationId} 5`)).rejects.toThrow(/--from/);
  await expect(admin(`discounts set ${crypto.randomUUID()} 5 --from ${from}`)).rejects.toThrow(/no such/);
  expect(await api.platform.db.organizationDiscount.count({ where: { organizationId } })).toBe(0);
});

it('who has one is told lower prices before a change, and finds it on the draft and beside the prices', async () => {
  const { client, organizationId } = await newOwner(api);
  const spec = { display_name: 'large', config: { kind: 'Standard' as const } };
  const ask = async () => {
    const { dry_run_cost } = await client.call(createCluster, { body: { spec }, query: { dry_run: 'true' } });
    return dry_run_cost?.monthly_amount;
  };
  const draft = () => client.call(getInvoice, { params: { id: 'draft' } });
  expect(await ask()).toBe('255.500000');
  expect((await draft()).discount_percent).toBe('0.00');
  const since = new Date(running().fromMs);
  await api.platform.db.organizationDiscount.create({ data: { organizationId, since, basisPoints: 2_000 } });
  expect(await ask()).toBe('204.400000');
  expect((await draft()).discount_percent).toBe('20.00');
  expect((await client.call(getPriceBook, {})).discount_percent).toBe('20.00');
});

it('a discount is money, which who sees none of it is not told', async () => {
  const { client, organizationId } = await newOwner(api);
  const since = new Date(running().fromMs);
  await api.platform.db.organizationDiscount.create({ data: { organizationId, since, basisPoints: 2_000 } });
  const machine = await newMachine(client);
  expect((await machine.client.call(getPriceBook, {})).discount_percent).toBeNull();
});
