import { z } from 'zod';
import { Amount, Currency, Percent, PricedMeter } from './billing.ts';
import { DryRunQuery, head, list, PageQuery, Timestamp } from './envelope.ts';
import { CreditId, InvoiceId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { plainLine } from './plain-text.ts';

const line = (lengthMax: number) => plainLine(z.string().trim().max(lengthMax));

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
/** Codes that have a name and are no country: of regions, of tests, and for what is not known. */
const noCountries: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !noCountries.has(code) && regions.of(code) !== undefined;

/** For whom invoices are. */
export const BillTo = z
  .object({
    name: line(128).min(1, 'Say whom invoices are for.'),
    address_lines: z.array(line(128).min(1, 'Leave empty lines out.')).min(1).max(6),
    country: z
      .string()
      .refine(isCountry, 'A country is two capitals, as of ISO 3166-1: GB.')
      .meta({ example: 'GB' }),
    tax_id: line(32)
      .regex(/^([A-Za-z0-9][A-Za-z0-9 .,/&*+-]*)?$/, 'A tax id has letters, digits, spaces and . , / & * + -')
      .default('')
      .describe('As it is to stand on invoices; empty: none.'),
  })
  .meta({ id: 'BillTo' });
export type BillTo = z.infer<typeof BillTo>;

export const InvoiceLine = z
  .object({
    kind: z
      .enum(['USAGE', 'ADJUSTMENT', 'CREDIT'])
      .describe('ADJUSTMENT: of an earlier month, that came after its invoice was written.'),
    service_start: Timestamp.describe('When the month began in which it was used.'),
    cluster: z.string().optional(),
    cluster_kind: z.string().optional(),
    region: z.string().optional(),
    meter: PricedMeter.optional(),
    quantity: z
      .string()
      .regex(/^-?\d+$/)
      .optional()
      .describe('In the meter’s unit; of an adjustment the difference.'),
    amount: Amount,
    description: z.string().optional().describe('Of a credit.'),
    usage: z.url().optional().describe('The same hour by hour.'),
  })
  .meta({ id: 'InvoiceLine' });
export type InvoiceLine = z.infer<typeof InvoiceLine>;

const summary = {
  ...head('billing/v1', 'Invoice'),
  id: z.string().meta({ example: 'inv-4q8wz1m2ab' }),
  number: z.int().positive().nullable().describe('Null: a draft has none.'),
  status: z.enum(['DRAFT', 'FINAL']).describe('A draft says what the invoice would say now.'),
  period_start: Timestamp,
  period_end: Timestamp.describe('Exclusive.'),
  price_book: z.string(),
  discount_percent: Percent.describe(
    'By how much the prices of its usage are lower; its lines have that already.',
  ),
  currency: Currency,
  subtotal_amount: Amount.describe('Of all lines but credits.'),
  credit_amount: Amount.describe('What credits take off.'),
  carried_in_amount: Amount.describe(
    'What the invoice before left over: less than a cent, or in your favour.',
  ),
  carried_out_amount: Amount.describe('What this one leaves to the next.'),
  due_amount: Amount.describe('Whole cents: subtotal − credits + carried in − carried out.'),
  payment: z
    .object({
      status: z
        .enum(['WAITING', 'DUE', 'PAID', 'VOID', 'UNCOLLECTIBLE'])
        .describe('WAITING: it is on its way to the payment provider.'),
      tax_amount: Amount.nullable().describe('On top of what is due; null: not known yet.'),
      total_amount: Amount.nullable().describe('What is charged: what is due, and tax.'),
    })
    .nullable()
    .describe('Null: nothing is charged for it.'),
};

export const InvoiceSummary = z.object(summary).meta({ id: 'InvoiceSummary' });
export type InvoiceSummary = z.infer<typeof InvoiceSummary>;

export const Invoice = z
  .object({
    ...summary,
    issued_by: z
      .array(z.string())
      .describe('Who asks for it, line by line, as it was then; empty: this installation does not say.'),
    bill_to: BillTo.nullable().describe('As it was when it was written.'),
    lines: z.array(InvoiceLine),
  })
  .meta({ id: 'Invoice' });
export type Invoice = z.infer<typeof Invoice>;

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud', status: 200 } as const;
const params = z.object({ id: InvoiceId });

export const listInvoices = defineOperation({
  ...common,
  id: 'listInvoices',
  method: 'GET',
  path: '/billing/v1/invoices',
  summary: 'The invoices of your organization, newest first. A month is invoiced a day after it has ended.',
  query: PageQuery,
  response: list('billing/v1', 'InvoiceList', InvoiceSummary),
});

export const getInvoice = defineOperation({
  ...common,
  id: 'getInvoice',
  method: 'GET',
  path: '/billing/v1/invoices/{id}',
  summary:
    'One invoice with its lines; `draft` is that of the running month, `draft-2026-11` that of a month that is not invoiced yet.',
  params,
  response: Invoice,
});

export const exportInvoice = defineOperation({
  ...common,
  id: 'exportInvoice',
  method: 'GET',
  path: '/billing/v1/invoices/{id}/csv',
  summary: 'The lines of an invoice as comma-separated values.',
  params,
  contentType: 'text/csv',
  response: z.string(),
});

const pdf = z.string().meta({ format: 'binary' }).describe('Bytes of a PDF.');

export const printInvoice = defineOperation({
  ...common,
  id: 'printInvoice',
  method: 'GET',
  path: '/billing/v1/invoices/{id}/pdf',
  summary: 'An invoice as PDF. Of more than 1,000 lines those of the same kind are printed as one.',
  params,
  contentType: 'application/pdf',
  response: pdf,
});

export const BillingAccount = z
  .object({
    api_version: z.literal('billing/v1'),
    kind: z.literal('BillingAccount'),
    bill_to: BillTo.nullable().describe('Null: nobody has said.'),
  })
  .meta({ id: 'BillingAccount' });

export const getBillingAccount = defineOperation({
  ...common,
  id: 'getBillingAccount',
  method: 'GET',
  path: '/billing/v1/account',
  summary: 'Whom your invoices are for.',
  response: BillingAccount,
});

export const setBillingAccount = defineOperation({
  ...common,
  id: 'setBillingAccount',
  method: 'PUT',
  path: '/billing/v1/account',
  summary: 'Say whom your invoices are for. Those that are written stay as they are.',
  query: DryRunQuery,
  body: z.object({ bill_to: BillTo }),
  response: BillingAccount,
});

export const Credit = z
  .object({
    ...head('billing/v1', 'Credit'),
    id: z.string(),
    type: z.enum(['PROMOTION', 'CREDIT_NOTE']).describe('CREDIT_NOTE: taken back of an invoice.'),
    description: z.string(),
    currency: Currency,
    amount: Amount,
    remaining_amount: Amount.describe('What invoices have not taken yet.'),
    expires_at: Timestamp.nullable().describe(
      'Invoices of months that end later take none of it. Null: it stays.',
    ),
    invoice: z.string().nullable().describe('Of a credit note: which invoice it is about.'),
  })
  .meta({ id: 'Credit' });
export type Credit = z.infer<typeof Credit>;

export const listCredits = defineOperation({
  ...common,
  id: 'listCredits',
  method: 'GET',
  path: '/billing/v1/credits',
  summary: 'Money that your organization need not pay, newest first. Invoices take it by themselves.',
  query: PageQuery,
  response: list('billing/v1', 'CreditList', Credit),
});

export const printCreditNote = defineOperation({
  ...common,
  id: 'printCreditNote',
  method: 'GET',
  path: '/billing/v1/credits/{id}/pdf',
  summary: 'A credit note as PDF. Of a promotion there is none.',
  params: z.object({ id: CreditId }),
  contentType: 'application/pdf',
  response: pdf,
});
