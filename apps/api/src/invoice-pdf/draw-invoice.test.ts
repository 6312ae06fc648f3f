import { Invoice, type InvoiceLine } from '@weir/contracts/invoices';
import { exactText } from '@weir/contracts/words/amount-text';
import { extractText } from 'unpdf';
import { expect, it } from 'vitest';
import { drawInvoice, drawnLinesMax } from './draw-invoice.ts';

const lineOf = (nth: number, change: Partial<InvoiceLine> = {}): InvoiceLine => ({
  ...{
    kind: 'USAGE',
    service_start: '2026-10-01T00:00:00.000Z',
    cluster: `lkc-${nth}`,
    cluster_kind: 'Basic',
  },
  ...{ region: 'LOCAL.local', meter: 'bytes_in', quantity: String(5n * 1024n ** 3n + BigInt(nth)) },
  ...{ amount: `${nth}.250001`, ...change },
});
const billTo = { name: 'Ada Ltd', address_lines: ['1 Mill Lane', 'Bath'], country: 'GB', tax_id: 'GB123' };
const seller = ['Weir Ltd', '1 Canal Street', 'VAT GB999'];
const invoiceOf = (change: Partial<Invoice> = {}): Invoice =>
  Invoice.parse({
    ...{ api_version: 'billing/v1', kind: 'Invoice', id: 'inv-4q8wz1m2ab', number: 17, status: 'FINAL' },
    metadata: {
      self: 'https://api.example.com/billing/v1/invoices/inv-4q8wz1m2ab',
      resource_name: 'crn://weir/organization=o/invoice=inv-4q8wz1m2ab',
      created_at: '2026-11-02T00:00:00.000Z',
      updated_at: '2026-11-02T00:00:00.000Z',
    },
    ...{ period_start: '2026-10-01T00:00:00.000Z', period_end: '2026-11-01T00:00:00.000Z' },
    ...{ price_book: '2026-11', currency: 'USD', subtotal_amount: '7.000003', credit_amount: '1.000000' },
    ...{ carried_in_amount: '0.000000', carried_out_amount: '0.000003', due_amount: '6.000000' },
    bill_to: billTo,
    payment: null,
    issued_by: seller,
    lines: [
      lineOf(1),
      lineOf(2, { kind: 'ADJUSTMENT', service_start: '2026-09-01T00:00:00.000Z', amount: '-2.500000' }),
      {
        kind: 'CREDIT',
        service_start: '2026-10-01T00:00:00.000Z',
        amount: '-1.000000',
        description: 'Welcome',
      },
    ],
    ...change,
  });

const read = async (invoice: Invoice) => {
  const { text, totalPages } = await extractText(await drawInvoice(invoice), {
    mergePages: false,
  });
  return { pages: totalPages, texts: text.map((each) => each.replaceAll(/\s+/g, ' ')) };
};

it('says who asks whom for what, line by line, and what that comes to', async () => {
  const { pages, texts } = await read(invoiceOf());
  expect(pages).toBe(1);
  const [text = ''] = texts;
  for (const said of [
    ...['Invoice 17', 'inv-4q8wz1m2ab', 'For October 2026, UTC', 'Written on 2026-11-02'],
    ...seller,
    ...['Billed to', 'Ada Ltd', '1 Mill Lane', 'Bath', 'GB', 'Tax id GB123'],
    ...['Written 5 GiB', 'Basic cluster lkc-1, LOCAL.local', '$1.250001'],
    ...['Late, of September 2026: Written 5 GiB', '−$2.50', 'Credit: Welcome', '−$1.00'],
    ...[
      'Usage $7.000003',
      'Credits −$1.00',
      'Left over for the next invoice −$0.000003',
      'Due, in USD $6.00',
    ],
    ...['prices of version 2026-11', 'page 1 of 1'],
  ])
    expect(text).toContain(said);
  expect(text).not.toContain('Left over from the invoice before');
  expect(text).not.toContain('It is no invoice');
  expect(text).not.toContain('□');
});

it('with tax it says what is due before and after it', async () => {
  const payment = { status: 'PAID', tax_amount: '1.200000', total_amount: '7.200000' } as const;
  const { texts } = await read(invoiceOf({ payment }));
  expect(texts.join()).toContain('Due before tax $6.00 Tax $1.20 Due, in USD $7.20');
});

it('a draft says that it is no invoice, and one without usage that there was none', async () => {
  const { texts } = await read(invoiceOf({ status: 'DRAFT', number: null, lines: [], bill_to: null }));
  for (const said of ['Draft of an invoice', 'As of 2026-11-02', 'It is no invoice', 'Nothing was used.'])
    expect(texts.join()).toContain(said);
  expect(texts.join()).not.toContain('Billed to');
});

it('many lines go on over pages with the same heads, each once, and those beyond the bound are summed', async () => {
  const lines = Array.from({ length: 130 }, (_, nth) => lineOf(nth));
  const { pages, texts } = await read(invoiceOf({ lines }));
  expect(pages).toBeGreaterThan(4);
  for (const [at, text] of texts.entries()) {
    expect(text).toContain('What for');
    expect(text).toContain(`page ${at + 1} of ${pages}`);
  }
  const all = texts.join(' ');
  for (const { amount, cluster } of lines) {
    expect(all.split(`cluster ${cluster}, `)).toHaveLength(2);
    expect(all).toContain(exactText(amount));
  }
  expect(texts.at(-1)).toContain('Due, in USD $6.00');

  const more = Array.from({ length: drawnLinesMax + 3 }, () => lineOf(1));
  const long = await read(invoiceOf({ lines: more }));
  expect(long.texts.at(-1)).toContain('3 further lines The invoice as CSV has each of them. $3.750003');
}, 60_000);

it('draws names of many scripts, and says where a letter has no glyph', async () => {
  const named = (name: string) => read(invoiceOf({ bill_to: { ...billTo, name } }));
  const [text = ''] = (await named('Łódź Ωμέγα Привет')).texts;
  expect(text).toContain('Łódź Ωμέγα Привет');
  expect(text).not.toContain('□');
  const [missing = ''] = (await named('東京 Ltd')).texts;
  expect(missing).toContain('□□ Ltd');
  const { self } = invoiceOf().metadata;
  expect(missing.replaceAll(' ', '')).toContain(self);
});

it('names and addresses that are as long as they may be are drawn whole', async () => {
  const long = 'W'.repeat(128);
  const address_lines = Array.from({ length: 6 }, () => long);
  const { texts } = await read(invoiceOf({ bill_to: { ...billTo, name: long, address_lines } }));
  expect(texts.join('').replaceAll(' ', '')).toContain('W'.repeat(7 * 128));
});
