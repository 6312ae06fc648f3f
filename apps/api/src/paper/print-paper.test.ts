import type { Credit, Invoice, InvoiceLine } from '@weir/contracts/invoices';
import { microsOf } from '@weir/contracts/words/amount-text';
import { extractText, getDocumentProxy } from 'unpdf';
import { expect, it } from 'vitest';
import { invoiceCsv } from '../billing/invoice-csv.ts';
import { creditNotePaper, invoicePaper, printedLinesMax } from './invoice-paper.ts';
import { printPaper } from './print-paper.ts';

const written = (day: string) => ({ created_at: `${day}T00:00:00.000Z`, updated_at: `${day}T00:00:00.000Z` });
const november = '2026-11-01T00:00:00.000Z';
const usage = (at: number, change: Partial<InvoiceLine> = {}): InvoiceLine => ({
  ...{ kind: 'USAGE', service_start: november, cluster: `lkc-${at}`, cluster_kind: 'Standard' },
  ...{ region: 'LOCAL.local', meter: 'bytes_in', quantity: String(at * 1024 ** 3 + at) },
  ...{ amount: `${at}.00${String(at % 100).padStart(4, '0')}`, ...change },
});
const credit: InvoiceLine = {
  ...{ kind: 'CREDIT', service_start: november, amount: '-1.500000', description: 'Sorry for Monday' },
};

const billTo = {
  ...{ name: 'Ærøskøbing Øl & Søn', address_lines: ['1 Mill Lane', 'Bath'], country: 'GB', tax_id: 'GB123' },
};

const invoiceOf = (lines: readonly InvoiceLine[], change: Partial<Invoice> = {}): Invoice => ({
  ...{ api_version: 'billing/v1', kind: 'Invoice', id: 'inv-1', number: 1207, status: 'FINAL' },
  metadata: { self: 'http://x/1', resource_name: 'crn://x', ...written('2026-12-02') },
  ...{
    period_start: november,
    period_end: '2026-12-01T00:00:00.000Z',
    price_book: '2026-11',
    discount_percent: '12.50',
  },
  ...{ currency: 'USD', subtotal_amount: '1234.560000', credit_amount: '1.500000' },
  ...{ carried_in_amount: '-0.002000', carried_out_amount: '0.008000', due_amount: '1233.050000' },
  ...{ issued_by: ['Weir Ltd', '7 Sluice Road', 'VAT GB999'], bill_to: billTo, lines: [...lines] },
  ...{ payment: null, ...change },
});

/** As the API has amounts. */
const decimalsOf = (figure: string) => {
  const [units = '', decimals = ''] = figure.replaceAll(',', '').replace('−', '-').split('.');
  return `${units}.${decimals.padEnd(6, '0')}`;
};

const pagesOf = async (paper: Parameters<typeof printPaper>[0]): Promise<readonly string[]> => {
  const document = await getDocumentProxy(new Uint8Array(await printPaper(paper)));
  const { text } = await extractText(document, { mergePages: false });
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
};

it('says who asks whom for what, of when, and what it comes to', async () => {
  const [page = '', ...others] = await pagesOf(invoicePaper(invoiceOf([usage(3), credit])));
  expect(others).toEqual([]);
  for (const text of [
    ...[
      'Weir Ltd',
      '7 Sluice Road',
      'VAT GB999',
      'Invoice 1207',
      'Ærøskøbing Øl & Søn',
      '1 Mill Lane',
      'Bath',
    ],
    ...['Tax id GB123', 'Number 1207', 'Date 2026-12-02', 'Period 2026-11-01 to 2026-11-30, UTC'],
    ...['Written', 'Standard cluster · lkc-3 · LOCAL.local', '3 GiB', '3.000003'],
    ...['Credit: Sorry for Monday', '−1.50', 'Usage 1,234.56', 'Credits −1.50'],
    ...['Left over from the invoice before −0.002', 'Left over for the next invoice −0.008'],
    ...['Due, USD 1,233.05', 'Page 1 of 1'],
  ])
    expect(page).toContain(text);
});

it('says what is due before and after tax', async () => {
  const payment = { status: 'PAID', tax_amount: '1.200000', total_amount: '1234.250000' } as const;
  const [page = ''] = await pagesOf(invoicePaper(invoiceOf([usage(3)], { payment })));
  expect(page).toContain('Due before tax 1,233.05 Tax 1.20 Due, USD 1,234.25');
});

it('prints every line of the CSV with its amount, over pages that each have the headings', async () => {
  const invoice = invoiceOf([...Array.from({ length: 200 }, (_, at) => usage(at + 1)), credit]);
  const pages = await pagesOf(invoicePaper(invoice));
  expect(pages.length).toBeGreaterThan(5);
  for (const [at, page] of pages.entries()) {
    expect(page).toContain('What for Quantity Amount, USD');
    expect(page).toContain(`Page ${at + 1} of ${pages.length}`);
  }
  const isLine = (row: string) => !row.includes(',CARRIED_');
  const rows = invoiceCsv(invoice).split('\r\n').slice(1, -1).filter(isLine);
  expect(rows).toHaveLength(201);
  let text = pages.join(' ');
  // In the order of the CSV, each after the one before.
  for (const row of rows) {
    const [, , , cluster = '', , , , , , amount = ''] = row.split(',');
    const printed = `${amount.replace(/0{1,4}$/, '').replace('-', '−')} ${cluster === '' ? '' : `Standard cluster · ${cluster} ·`}`;
    expect(text).toContain(printed);
    text = text.slice(text.indexOf(printed) + printed.length);
  }
});

it('sums lines of one kind up where there are too many, to the same amount, and says so', async () => {
  const many = Array.from({ length: printedLinesMax + 1 }, (_, at) => usage(at, { quantity: '1073741824' }));
  const late = usage(5, {
    kind: 'ADJUSTMENT',
    service_start: '2026-11-01T00:00:00.000Z',
    amount: '-0.000007',
  });
  const paper = invoicePaper(invoiceOf([...many, late, credit, credit]));
  expect(paper.rows).toHaveLength(3);
  const total = [...many, late, credit, credit].reduce((sum, { amount }) => sum + microsOf(amount), 0n);
  const shown = paper.rows.reduce((sum, { amount }) => sum + microsOf(decimalsOf(amount)), 0n);
  expect(shown).toBe(total);
  const [page = ''] = await pagesOf(paper);
  expect(page).toContain('1,001 GiB');
  expect(page).toContain('Standard cluster · 1001 of them');
  expect(page).toContain('Credit: 2 of them −3.00');
  expect(page).toContain('This invoice has 1004 lines.');
});

it('prints names in Greek, Cyrillic and Georgian, and says where it has no letters', async () => {
  const named = (name: string) => invoicePaper(invoiceOf([], { bill_to: { ...billTo, name } }));
  const [page = ''] = await pagesOf(named('Ωμέγα Щука საქართველო'));
  expect(page).toContain('Ωμέγα Щука საქართველო');
  expect(page).not.toContain('□');
  const [lacking = ''] = await pagesOf(named('株式会社 Weir'));
  expect(lacking).toContain('□□□□ Weir');
  expect(lacking).toContain('□ stands for a letter that this file cannot print.');
});

it('keeps what is long inside of its column, and is the same bytes each time', async () => {
  const long = { name: 'W'.repeat(128), address_lines: Array(6).fill('M'.repeat(128)) };
  const sorry = { ...credit, description: 'x'.repeat(2_000) };
  const paper = invoicePaper(invoiceOf([sorry], { bill_to: { ...billTo, ...long } }));
  const [one, other] = await Promise.all([printPaper(paper), printPaper(paper)]);
  expect(one.equals(other)).toBe(true);
  expect((await pagesOf(paper)).join('').replaceAll(' ', '')).toContain('x'.repeat(2_000));
});

it('prints a credit note with the invoice that it takes something back of', async () => {
  const note: Credit = {
    ...{ api_version: 'billing/v1', kind: 'Credit', id: 'credit-1', type: 'CREDIT_NOTE' },
    metadata: { self: 'http://x/1', resource_name: 'crn://x', ...written('2026-12-05') },
    ...{ description: 'Sorry for Monday', currency: 'USD', amount: '2.500000' },
    ...{ remaining_amount: '0.000000', expires_at: null, invoice: 'inv-1' },
  };
  const [page = ''] = await pagesOf(creditNotePaper(note, invoiceOf([])));
  for (const text of ['Credit note for invoice 1207', 'Of invoice 1207 (inv-1)', 'Sorry for Monday −2.50'])
    expect(page).toContain(text);
  expect(page).toContain('Ærøskøbing Øl & Søn');
});
