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

it('writes every line, quotes what needs it, and nothing that a spreadsheet would run', () => {
  expect(invoiceCsv(invoice).split('\r\n')).toEqual([
    'invoice,kind,service_start,cluster,cluster_kind,region,meter,quantity,currency,amount,description',
    'inv-1,USAGE,2026-11-01T00:00:00.000Z,lkc-1,Standard,LOCAL.local,bytes_in,1073741824,USD,0.040000,',
    `inv-1,CREDIT,2026-11-01T00:00:00.000Z,,,,,,USD,-0.010000,"'=HYPERLINK(""http://evil"", ""sorry"")"`,
    '',
  ]);
});
