import { decimalText } from '@weir/billing/money';
import type { Invoice } from '@weir/contracts/invoices';
import { microsOf } from '@weir/contracts/words/amount-text';

const nothing = '0.000000';

const columns = [
  'invoice',
  'kind',
  'service_start',
  'cluster',
  'cluster_kind',
  'region',
  'meter',
  'quantity',
  'currency',
  'amount',
  'description',
  'number',
  'status',
  'period_start',
  'period_end',
  'issued_by',
  'bill_to',
] as const;

/** A cell of RFC 4180. Text that a spreadsheet would run as a formula is quoted so that it does not. */
const cell = (text: string): string => {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

type Values = Readonly<Partial<Record<(typeof columns)[number], string | undefined>>>;

/**
 * An invoice, with the names of its columns above: its lines, what was left over before and is for the next, and tax. Their
 * amounts sum to what is asked for. What concerns all of it stands in each row. Pure.
 */
export const invoiceCsv = (invoice: Invoice): string => {
  const { bill_to: billTo, currency, id, lines, number, period_end, period_start, status } = invoice;
  const whole: Values = {
    ...{ invoice: id, number: String(number ?? ''), status, period_start, period_end, currency },
    issued_by: invoice.issued_by.join(', '),
    bill_to:
      billTo === null
        ? ''
        : [billTo.name, ...billTo.address_lines, billTo.country, billTo.tax_id].filter(Boolean).join(', '),
  };
  const sums: readonly Values[] = [
    { kind: 'CARRIED_IN', amount: invoice.carried_in_amount },
    { kind: 'CARRIED_OUT', amount: decimalText(-microsOf(invoice.carried_out_amount)) },
    { kind: 'TAX', amount: invoice.payment?.tax_amount ?? nothing },
  ];
  const rows = [...lines, ...sums.filter(({ amount }) => amount !== nothing)].map((row) => {
    const values: Values = { ...row, ...whole };
    return columns.map((name) => cell(values[name] ?? ''));
  });
  return [columns, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
};
