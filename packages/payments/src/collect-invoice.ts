import type { ControlTx } from '@weir/db/control';
import Stripe from 'stripe';
import { ensureCustomer, type PaymentDeps } from './customer.ts';
import { changePayment, findPayment, type PaymentRow, withCustomer } from './payment.store.ts';
import { settleCustomer } from './settle-customer.ts';

/** How soon what was not charged is tried again; the provider tells at once when somebody has paid by another way. */
const chargeAgainMs = 86_400_000;
const stepsMax = 5;

/** What the provider holds differs from what was rated. Nothing is charged until somebody has looked. */
export class WrongSum extends Error {
  override readonly name = 'WrongSum';
}

/**
 * Takes an invoice on until it is charged, or cannot be. Each step is one call under a key that follows from the invoice,
 * and before each it is looked what is there: whoever is killed in between, gets no answer or comes a week later goes on
 * where things stand. The provider never closes a draft by itself, and none is closed whose sum is not ours.
 */
export const collectInvoice = async (deps: PaymentDeps, invoiceId: string): Promise<void> => {
  const { db } = deps;
  const first = await findPayment(db, invoiceId);
  if (first === null) return;
  const customerId = await ensureCustomer(deps, first.organizationId);
  // What is to be charged is chosen before it is.
  await settleCustomer(deps, first.organizationId);
  for (let step = 0; step < stepsMax; step++) {
    const goesOn = await withCustomer(db, first.organizationId, async (tx) => {
      const payment = await findPayment(tx, invoiceId);
      return payment === null ? false : takeStep(deps, tx, customerId, payment);
    });
    if (!goesOn) return;
  }
};

const takeStep = async (
  { now, provider }: PaymentDeps,
  tx: ControlTx,
  customer: string,
  payment: PaymentRow,
): Promise<boolean> => {
  const { cents, currency, invoiceId, providerInvoiceId, status } = payment;
  if (status === 'NEW') {
    const made =
      (await findInvoice(provider, customer, invoiceId)) ?? (await create(provider, customer, payment));
    await changePayment(tx, invoiceId, { providerInvoiceId: made.id, status: 'CREATED' });
    return true;
  }
  if (providerInvoiceId === null)
    throw new Error(`the payment of ${invoiceId} is ${status} and has no invoice`);
  const invoice = await provider.invoices.retrieve(providerInvoiceId);
  if (invoice.status !== null && invoice.status !== 'draft' && invoice.status !== 'open') {
    await changePayment(tx, invoiceId, { status: invoice.status.toUpperCase() });
    return false;
  }
  if (status === 'CREATED') {
    if (invoice.lines.data.length === 0)
      await provider.invoiceItems.create(
        {
          ...{
            customer,
            invoice: providerInvoiceId,
            amount: Number(cents),
            currency: currency.toLowerCase(),
          },
          ...{ description: `Usage, invoice ${invoiceId}`, metadata: { weir_invoice: invoiceId } },
        },
        { idempotencyKey: `item-${invoiceId}` },
      );
    await changePayment(tx, invoiceId, { status: 'ITEMISED' });
    return true;
  }
  if (status === 'ITEMISED') {
    if (invoice.subtotal !== Number(cents))
      throw new WrongSum(`invoice ${invoiceId} is ${cents} cents, and ${invoice.subtotal} at the provider`);
    if (invoice.status === 'draft')
      await provider.invoices.finalizeInvoice(
        providerInvoiceId,
        { auto_advance: false },
        { idempotencyKey: `finalize-${invoiceId}` },
      );
    await changePayment(tx, invoiceId, { status: 'OPEN', dueAt: new Date(now()) });
    return true;
  }
  // Somebody else has just tried.
  if (payment.dueAt.getTime() > now()) return false;
  await charge(provider, tx, payment, providerInvoiceId, now());
  return false;
};

const create = (
  provider: Stripe,
  customer: string,
  { currency, invoiceId }: PaymentRow,
): Promise<Stripe.Invoice> =>
  provider.invoices.create(
    {
      customer,
      currency: currency.toLowerCase(),
      auto_advance: false,
      collection_method: 'charge_automatically',
      pending_invoice_items_behavior: 'exclude',
      metadata: { weir_invoice: invoiceId },
    },
    { idempotencyKey: `invoice-${invoiceId}` },
  );

const findInvoice = async (
  provider: Stripe,
  customer: string,
  invoiceId: string,
): Promise<Stripe.Invoice | null> => {
  for await (const invoice of provider.invoices.list({ customer, limit: 100 }))
    if (invoice.metadata?.weir_invoice === invoiceId) return invoice;
  return null;
};

/** A card that is refused is no failure of ours: it is noted, and tried again. What came of it is read apart from this. */
const charge = async (
  provider: Stripe,
  tx: ControlTx,
  { charges, firstChargedAt, invoiceId }: PaymentRow,
  providerInvoiceId: string,
  now: number,
): Promise<void> => {
  const number = charges + 1;
  let lastError: string | null = null;
  try {
    await provider.invoices.pay(providerInvoiceId, {}, { idempotencyKey: `pay-${invoiceId}-${number}` });
  } catch (cause) {
    const isRefused =
      cause instanceof Stripe.errors.StripeCardError ||
      cause instanceof Stripe.errors.StripeInvalidRequestError;
    if (!isRefused) throw cause;
    lastError = cause.message;
  }
  await changePayment(tx, invoiceId, {
    charges: number,
    firstChargedAt: firstChargedAt ?? new Date(now),
    dueAt: new Date(now + chargeAgainMs),
    lastError,
  });
};
