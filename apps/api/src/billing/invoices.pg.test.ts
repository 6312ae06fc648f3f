import { listAuditEvents } from '@weir/contracts/audit';
import { getMonthToDate } from '@weir/contracts/billing';
import { createCluster } from '@weir/contracts/clusters';
import {
  exportInvoice,
  getBillingAccount,
  getInvoice,
  listCredits,
  listInvoices,
  printCreditNote,
  printInvoice,
  setBillingAccount,
} from '@weir/contracts/invoices';
import { extractText } from 'unpdf';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newCreditNote } from '../testing/invoices-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import { addUsedHour } from '../testing/usage-for-tests.ts';

let api: TestApi;
let owner: Awaited<ReturnType<typeof newOwner>>;
let clusterId: string;
const gibibyte = 1024n ** 3n;
const monthStart = () => new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth()));

beforeAll(async () => {
  api = await startTestApi();
  owner = await newOwner(api);
  const spec = { display_name: 'c', config: { kind: 'Basic' as const } };
  clusterId = (await owner.client.call(createCluster, { body: { spec } })).id;
  await addUsedHour(api, {
    ...{ clusterId, hour: monthStart(), kind: 'Basic', meter: 'bytes_in', topic: 't', principal: 'User:u' },
    quantity: 105n * gibibyte + 1n,
  });
});
afterAll(() => api.close());

const addCredit = (change: object = {}) =>
  api.platform.db.billingCredit.create({
    data: {
      ...{ id: `credit-${crypto.randomUUID()}`, organizationId: owner.organizationId, kind: 'PROMOTION' },
      ...{ description: 'Welcome', micros: 1_000_000n, currency: 'USD', ...change },
    },
  });

it('drafts the running month: its lines sum to what it has cost, and lead to their hours', async () => {
  const draft = await owner.client.call(getInvoice, { params: { id: 'draft' } });
  expect(draft).toMatchObject({ status: 'DRAFT', number: null, bill_to: null, subtotal_amount: '5.000000' });
  const { amount } = await owner.client.call(getMonthToDate, {});
  expect(draft.subtotal_amount).toBe(amount);
  expect(draft.due_amount).toBe('5.000000');
  const line = draft.lines.find(({ meter }) => meter === 'bytes_in');
  expect(line).toMatchObject({
    cluster: clusterId,
    quantity: String(105n * gibibyte + 1n),
    amount: '5.000000',
  });
  const { pathname, search } = new URL(line?.usage ?? '');
  const { body } = await owner.client.send('GET', pathname + search);
  expect(body).toMatchObject({ total_amount: '5.000000' });
  const named = await owner.client.call(getInvoice, { params: { id: draft.id } });
  // The time that the cluster is there goes on meanwhile.
  expect(named.lines.filter(({ meter }) => meter === 'bytes_in')).toEqual([line]);
});

it('takes credits in the draft, and says what is left of them only once an invoice took it', async () => {
  const note = await addCredit({ kind: 'CREDIT_NOTE', invoiceId: 'inv-old', description: 'Sorry' });
  const draft = await owner.client.call(getInvoice, { params: { id: 'draft' } });
  expect(draft).toMatchObject({ credit_amount: '1.000000', due_amount: '4.000000' });
  expect(draft.lines.at(-1)).toMatchObject({ kind: 'CREDIT', amount: '-1.000000', description: 'Sorry' });
  const { data } = await owner.client.call(listCredits, {});
  expect(data).toMatchObject([
    {
      id: note.id,
      type: 'CREDIT_NOTE',
      amount: '1.000000',
      remaining_amount: '1.000000',
      invoice: 'inv-old',
    },
  ]);
});

it('knows no drafts of months that are to come, or from before there were prices', async () => {
  for (const id of ['draft-2999-01', 'draft-2026-10', 'draft-2026-13', 'draft-', 'inv-nobodys'])
    expect((await owner.client.try(getInvoice, { params: { id } })).status).toBe(404);
});

it('is billed to whom somebody says, from then on, and says in the log who said so', async () => {
  expect(await owner.client.call(getBillingAccount, {})).toMatchObject({ bill_to: null });
  const bill_to = { name: 'Ada Ltd', address_lines: ['1 Mill Lane', 'Bath'], country: 'GB', tax_id: 'GB123' };
  const tried = await owner.client.call(setBillingAccount, { body: { bill_to }, query: { dry_run: 'true' } });
  expect(tried.bill_to).toEqual(bill_to);
  expect(await owner.client.call(getBillingAccount, {})).toMatchObject({ bill_to: null });
  await owner.client.call(setBillingAccount, { body: { bill_to } });
  expect(await owner.client.call(getBillingAccount, {})).toMatchObject({ bill_to });
  const draft = await owner.client.call(getInvoice, { params: { id: 'draft' } });
  expect(draft.bill_to).toEqual(bill_to);
  const { data } = await owner.client.call(listAuditEvents, { query: { action: 'billing-account.*' } });
  expect(data).toMatchObject([
    { action: 'billing-account.update', after: { name: 'Ada Ltd', country: 'GB' } },
  ]);
  for (const wrong of [{ country: 'gb' }, { name: '' }, { address_lines: [] }, { tax_id: 'x\ny' }]) {
    const body = { bill_to: { ...bill_to, ...wrong } };
    expect((await owner.client.try(setBillingAccount, { body })).status).toBe(400);
  }
});

it('lists invoices newest first, and gives one as a file', async () => {
  for (const number of [1, 2, 3]) {
    await api.platform.db.invoice.create({
      data: {
        ...{ id: `inv-${number}`, organizationId: owner.organizationId, number, currency: 'USD' },
        periodStart: new Date(Date.UTC(2020, number)),
        periodEnd: new Date(Date.UTC(2020, number + 1)),
        createdAt: new Date(Date.UTC(2020, number + 1, 2)),
        ...{
          priceBook: '2026-11',
          subtotalMicros: 0n,
          creditMicros: 0n,
          carriedBefore: 0n,
          carriedAfter: 0n,
        },
        dueMicros: 0n,
      },
    });
  }
  const { data, metadata } = await owner.client.call(listInvoices, { query: { page_size: '2' } });
  expect(data.map(({ id }) => id)).toEqual(['inv-3', 'inv-2']);
  expect(metadata).toMatchObject({ total_size: 3, next: expect.any(String) });
  const file = await owner.client.try(exportInvoice, { params: { id: 'draft' } });
  expect(file.headers.get('content-type')).toContain('text/csv');
  expect(file.headers.get('content-disposition')).toMatch(/attachment; filename="draft-\d{4}-\d{2}\.csv"/);
  expect(file.text.split('\r\n')[0]).toContain('invoice,kind,service_start');
  expect(file.text).toContain(`,${clusterId},Basic,LOCAL.local,bytes_in,`);
});

it('gives an invoice as PDF, drawn apart from what others wait for, and no more than two at once', async () => {
  const draft = () => owner.client.try(printInvoice, { params: { id: 'draft' } });
  const answers = await Promise.all([draft(), draft(), draft()]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
  const { headers } = answers.find(({ status }) => status === 200) ?? {};
  expect(headers?.get('content-type')).toBe('application/pdf');
  expect(headers?.get('content-disposition')).toMatch(/attachment; filename="draft-\d{4}-\d{2}\.pdf"/);
  const stranger = await newOwner(api);
  const { status } = await stranger.client.try(printInvoice, { params: { id: 'inv-1' } });
  expect(status).toBe(404);

  // As bytes: the client reads text.
  const { headers: session, url } = owner.client;
  const answer = await fetch(`${url}/billing/v1/invoices/draft/pdf`, { headers: session });
  const bytes = await answer.arrayBuffer();
  const { text } = await extractText(new Uint8Array(bytes), { mergePages: true });
  expect(text).toContain('Weir Ltd');
  expect(text).toContain(`Basic cluster · ${clusterId} · LOCAL.local`);
  expect(text).toContain('105 GiB');
});

it('gives a credit note as PDF, with the invoice that it is about, and nothing of a promotion or to others', async () => {
  const id = await newCreditNote(api, owner.organizationId);
  const note = (client = owner.client, of = id) => client.try(printCreditNote, { params: { id: of } });
  const { headers, status } = await note();
  expect([status, headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const promotion = await addCredit();
  for (const other of [promotion.id, 'credit-nobodys'])
    expect((await note(owner.client, other)).status).toBe(404);
  expect((await note((await newOwner(api)).client)).status).toBe(404);
});
