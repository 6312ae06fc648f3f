import { z } from 'zod';
import { Amount, Currency } from './billing.ts';
import { Timestamp } from './envelope.ts';
import { defineOperation } from './operation.ts';

export const PaymentStanding = z
  .enum(['CURRENT', 'PAST_DUE', 'READ_ONLY', 'SUSPENDED'])
  .describe(
    'PAST_DUE: an invoice could not be charged. READ_ONLY: for a week; clients are refused when they write. SUSPENDED: for three weeks; nobody gets into clusters. What is stored stays, and all of it ends with the payment.',
  );
export type PaymentStanding = z.infer<typeof PaymentStanding>;

export const Payment = z
  .object({
    api_version: z.literal('billing/v1'),
    kind: z.literal('Payment'),
    status: z.enum(['OFF', 'ON']).describe('OFF: nothing is charged in this installation.'),
    standing: PaymentStanding,
    past_due_since: Timestamp.nullable(),
    currency: Currency,
    owed_amount: Amount.describe(
      'Of all invoices that could not be charged and are not paid since, with their tax.',
    ),
    next_standing_at: Timestamp.nullable().describe('When the next standing begins if nothing is paid.'),
    tax: z
      .enum(['OFF', 'ADDED', 'ADDRESS_NEEDED'])
      .describe(
        'ADDED: what follows from the address of the billing account comes on top of invoices. ADDRESS_NEEDED: an invoice waits for an address that tells.',
      ),
    method: z
      .object({ brand: z.string(), last4: z.string() })
      .nullable()
      .describe('What is charged; null: there is nothing to charge.'),
  })
  .meta({ id: 'Payment' });
export type Payment = z.infer<typeof Payment>;

const PaymentPage = z
  .object({ url: z.url().describe('A page of the payment provider, for the person who asked, for a while.') })
  .meta({ id: 'PaymentPage' });

const common = { tag: 'Billing', access: 'cloud', errors: 'cloud' } as const;

export const getPayment = defineOperation({
  ...common,
  id: 'getPayment',
  method: 'GET',
  path: '/billing/v1/payment',
  summary: 'How your organization pays, and whether everything is paid.',
  status: 200,
  response: Payment,
});

export const openPaymentSetup = defineOperation({
  ...common,
  id: 'openPaymentSetup',
  method: 'POST',
  path: '/billing/v1/payment:setup',
  summary: 'Begin to say what is to be charged, on a page of the payment provider. No card comes here.',
  status: 200,
  response: PaymentPage,
});

export const openPaymentPortal = defineOperation({
  ...common,
  id: 'openPaymentPortal',
  method: 'POST',
  path: '/billing/v1/payment:portal',
  summary: 'The payment provider’s page about your organization: what is charged, and what is open.',
  status: 200,
  response: PaymentPage,
});
