import type { Invoice } from '@weir/contracts/invoices';
import { expect, it } from 'vitest';
import { invoiceCsv } from './invoice-csv.ts';

const invoice: Invoice = {
  ...{
    api_version: 'billing/v1',
    kind: 'Invoice',
    id: 'inv-1',
    number: 1,
    status: 'FINAL',
    issued_by: [],
    bill_to: null,
  },
  metadata: { self: 'http://x/1', resource_name: 'crn://x', created_at: '', updated_at: '' },
  ...{
    period_start: '',
    period_end: '',
    price_book: '2026-11',
    discount_percent: '0.00',
    currency: 'USD',
    subtotal_amount: '0.040000',
  },
  ...{ credit_amount: '0.010000', carried_in_amount: '0.000000', carried_out_amount: '0.000000' },
  due_amount: '0.030000',
  payment: null,
  lines: [
    {
      ...{
        kind: 'USAGE',
        service_start: '2026-11-01T00:00:00.000Z',
        cluster: 'lkc-1',
        cluster_kind: 'Standard',
      },
      ...{ region: 'LOCAL.local', meter: 'bytes_in', quantity: '1073741824', amount: '0.040000' },
    },
    {
      ...{ kind: 'CREDIT', service_start: '2026-11-01T00:00:00.000Z', amount: '-0.010000' },
      description: '=HYPERLINK("http://evil", "sorry")',
    },
  ],
};

const columnsOf = (text: string) => text.split('\r\n')[0]?.split(',') ?? [];

it('writes every line, quotes what needs it, and nothing that a spreadsheet would run', () => {
  const text = invoiceCsv(invoice);
  expect(columnsOf(text).slice(0, 11).join(',')).toBe(
    'invoice,kind,service_start,cluster,cluster_kind,region,meter,quantity,currency,amount,description',
  );
  expect(text.split('\r\n').slice(1)).toEqual([
    'inv-1,USAGE,2026-11-01T00:00:00.000Z,lkc-1,Standard,LOCAL.local,bytes_in,1073741824,USD,0.040000,,1,FINAL,,,,',
    `inv-1,CREDIT,2026-11-01T00:00:00.000Z,,,,,,USD,-0.010000,"'=HYPERLINK(""http://evil"", ""sorry"")",1,FINAL,,,,`,
    '',
  ]);
});

it('amounts sum to what is asked for, and each row says for whom it is', () => {
  const text = invoiceCsv({
    ...invoice,
    ...{ carried_in_amount: '0.004000', carried_out_amount: '0.004000' },
    issued_by: ['Weir Ltd', '1 Quay'],
    bill_to: { name: 'Ada', address_lines: ['日本 東京'], country: 'JP', tax_id: '' },
    payment: { status: 'DUE', tax_amount: '0.010000', total_amount: '0.040000' },
  });
  const rows = text.trim().split('\r\n').slice(1);
  const at = columnsOf(text).indexOf('amount');
  // None of these rows has a comma before its amount but between cells.
  const amounts = rows.map((row) => Number(row.split(',')[at]));
  expect(amounts).toEqual([0.04, -0.01, 0.004, -0.004, 0.01]);
  for (const row of rows) expect(row.endsWith('"Weir Ltd, 1 Quay","Ada, 日本 東京, JP"')).toBe(true);
});
