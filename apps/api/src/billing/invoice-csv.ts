import type { Invoice } from '@weir/contracts/invoices';

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
] as const;

/** A cell of RFC 4180. Text that a spreadsheet would run as a formula is quoted so that it does not. */
const cell = (text: string): string => {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The lines of an invoice, with the names of their columns above. Pure. */
export const invoiceCsv = ({ currency, id, lines }: Invoice): string => {
  const rows = lines.map((line) => {
    const values: Readonly<Record<string, string | undefined>> = { ...line, invoice: id, currency };
    return columns.map((name) => cell(values[name] ?? ''));
  });
  return [columns, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
};
