import { decimalText, microsPerCent } from '@weir/billing/money';
import { periodOf } from '@weir/billing/period';
import { listCosts } from '@weir/contracts/billing';
import { BillTo, Invoice, type InvoiceLine, InvoiceSummary } from '@weir/contracts/invoices';
import type { DraftLine } from '@weir/costs/draft-invoice';
import type { Links } from '../platform/links.ts';
import type { InvoiceLineRow, InvoicePaymentRow, InvoiceRow } from './invoice.store.ts';
import { percentText } from './price-book.present.ts';
import type { FoundInvoice } from './read-invoice.ts';

export const invoicesPath = '/billing/v1/invoices';

export const presentSummary = (row: InvoiceRow, organizationId: string, links: Links): InvoiceSummary =>
  InvoiceSummary.parse({ ...common(row.id, organizationId, row.createdAt, links), ...ofRow(row) });

export const presentInvoice = (found: FoundInvoice, organizationId: string, links: Links): Invoice => {
  if (found.status === 'FINAL') {
    const { row } = found;
    return Invoice.parse({
      ...common(row.id, organizationId, row.createdAt, links),
      ...ofRow(row),
      issued_by: row.issuedBy,
      bill_to: row.billTo === null ? null : BillTo.parse(row.billTo),
      lines: row.lines.map((line) => presentLine(fromRow(line), links)),
    });
  }
  const { asOf, billTo, draft, id, issuedBy } = found;
  return Invoice.parse({
    ...common(id, organizationId, asOf, links),
    number: null,
    status: 'DRAFT',
    period_start: timeText(draft.period.fromMs),
    period_end: timeText(draft.period.toMs),
    price_book: draft.priceBook,
    discount_percent: percentText(BigInt(draft.discountBasisPoints)),
    currency: draft.currency,
    subtotal_amount: decimalText(draft.subtotal),
    credit_amount: decimalText(draft.credited),
    carried_in_amount: decimalText(draft.carriedBefore),
    carried_out_amount: decimalText(draft.carried),
    due_amount: decimalText(draft.due),
    issued_by: issuedBy,
    bill_to: billTo,
    payment: null,
    lines: draft.lines.map((line) => presentLine(line, links)),
  });
};

const presentPayment = (payment: InvoicePaymentRow | null): Invoice['payment'] => {
  if (payment === null) return null;
  const { cents, status, taxCents } = payment;
  return {
    status: paymentStatuses[status] ?? 'WAITING',
    tax_amount: taxCents === null ? null : decimalText(taxCents * microsPerCent),
    total_amount: taxCents === null ? null : decimalText((cents + taxCents) * microsPerCent),
  };
};

/** All others: it is not at the provider yet, or not closed there. */
const paymentStatuses: Readonly<Record<string, NonNullable<Invoice['payment']>['status']>> = {
  OPEN: 'DUE',
  PAID: 'PAID',
  VOID: 'VOID',
  UNCOLLECTIBLE: 'UNCOLLECTIBLE',
};

const common = (id: string, organizationId: string, at: Date, links: Links) => ({
  api_version: 'billing/v1',
  kind: 'Invoice',
  id,
  metadata: links.metadata(
    `${invoicesPath}/${id}`,
    links.resourceName(['organization', organizationId], ['invoice', id]),
    { createdAt: at, updatedAt: at },
  ),
});

const ofRow = (row: InvoiceRow) => ({
  payment: presentPayment(row.payment),
  number: row.number,
  status: 'FINAL',
  period_start: row.periodStart.toISOString(),
  period_end: row.periodEnd.toISOString(),
  price_book: row.priceBook,
  discount_percent: percentText(BigInt(row.discountBasisPoints)),
  currency: row.currency,
  subtotal_amount: decimalText(row.subtotalMicros),
  credit_amount: decimalText(row.creditMicros),
  carried_in_amount: decimalText(row.carriedBefore),
  carried_out_amount: decimalText(row.carriedAfter),
  due_amount: decimalText(row.dueMicros),
});

type ShownLine = Pick<
  DraftLine,
  'clusterId' | 'kind' | 'region' | 'quantity' | 'micros' | 'serviceStartMs' | 'description'
> & { readonly lineKind: string; readonly meter: string };

const fromRow = ({ clusterKind, kind, quantity, serviceStart, ...line }: InvoiceLineRow): ShownLine => ({
  ...line,
  kind: clusterKind,
  lineKind: kind,
  quantity: BigInt(quantity.toFixed(0)),
  serviceStartMs: serviceStart.getTime(),
});

/** What is not of usage is left out of a credit. */
const presentLine = (line: ShownLine, links: Links): unknown => {
  const { clusterId, description, kind, lineKind, meter, micros, quantity, region, serviceStartMs } = line;
  const shared = { kind: lineKind, service_start: timeText(serviceStartMs), amount: decimalText(micros) };
  if (lineKind === 'CREDIT')
    return { ...shared, description } satisfies Partial<Record<keyof InvoiceLine, unknown>>;
  const { fromMs, toMs } = periodOf(serviceStartMs);
  const hours = new URLSearchParams({ granularity: 'PT1H', from: timeText(fromMs), to: timeText(toMs) });
  hours.set('cluster', clusterId);
  hours.set('meter', meter);
  return {
    ...shared,
    cluster: clusterId,
    cluster_kind: kind,
    region,
    meter,
    quantity: String(quantity),
    usage: links.url(`${listCosts.path}?${hours}`),
  };
};

const timeText = (ms: number): string => new Date(ms).toISOString();
