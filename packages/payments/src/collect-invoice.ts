import Stripe from 'stripe';
import { ensureCustomer, type PaymentDeps } from './customer.ts';
import { type CustomerTurn, withCustomer } from './customer-turn.ts';
import {
  changeAccount,
  changePayment,
  findPayment,
  type PaymentChange,
  type PaymentRow,
} from './payment.store.ts';
import { settleCustomer } from './settle-customer.ts';
import { addressNeeded, tellAddress } from './tax.ts';

/** How soon what was not charged is tried again; the provider tells at once when somebody has paid by another way. */
const chargeAgainMs = 86_400_000;
const stepsMax = 5;

/** What the provider holds differs from what was rated. Nothing is charged until somebody has looked. */
export class WrongSum extends Error {
  override readonly name = 'WrongSum';
}

export interface CollectDeps extends PaymentDeps {
  /** The provider adds tax to invoices. */
  readonly hasTax: boolean;
}

/**
 * Takes an invoice on until it is charged, or cannot be. Each step is one call under a key that follows from the invoice,
 * and before each it is looked what is there: whoever is killed in between, gets no answer or comes a week later goes on
 * where things stand. The provider never closes a draft by itself, and none is closed whose sum is not ours.
 */
export const collectInvoice = async (deps: CollectDeps, invoiceId: string): Promise<void> => {
  const { db } = deps;
  const first = await findPayment(db, invoiceId);
  if (first === null) return;
  const customerId = await ensureCustomer(deps, first.organizationId);
  // What is to be charged is chosen before it is.
  await settleCustomer(deps, first.organizationId);
  for (let step = 0; step < stepsMax; step++) {
    const goesOn = await withCustomer(db, first.organizationId, async (turn) => {
      const payment = await findPayment(db, invoiceId);
      return payment === null ? false : takeStep(deps, turn, customerId, payment);
    });
    if (!goesOn) return;
  }
};

const takeStep = async (
  { db, hasTax, now, provider }: CollectDeps,
  turn: CustomerTurn,
  customer: string,
  payment: PaymentRow,
): Promise<boolean> => {
  const { cents, currency, invoiceId, providerInvoiceId, status } = payment;
  const note = (change: PaymentChange) => turn.write((tx) => changePayment(tx, invoiceId, change));
  if (status === 'NEW') {
    if (hasTax) await tellAddress(db, provider, customer, payment.organizationId);
    const made =
      (await findInvoice(provider, customer, invoiceId)) ??
      (await create(provider, customer, payment, hasTax).catch(addressNeeded));
    await turn.write(async (tx) => {
      await changePayment(tx, invoiceId, { providerInvoiceId: made.id, status: 'CREATED' });
      await changeAccount(tx, payment.organizationId, { needsAddress: false });
    });
    return true;
  }
  if (providerInvoiceId === null)
    throw new Error(`the payment of ${invoiceId} is ${status} and has no invoice`);
  const invoice = await provider.invoices.retrieve(providerInvoiceId);
  if (invoice.status !== null && invoice.status !== 'draft' && invoice.status !== 'open') {
    await note({ status: invoice.status.toUpperCase() });
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
          ...(invoice.automatic_tax.enabled ? { tax_behavior: 'exclusive' as const } : {}),
          ...{ description: `Usage, invoice ${invoiceId}`, metadata: { weir_invoice: invoiceId } },
        },
        { idempotencyKey: `item-${invoiceId}` },
      );
    await note({ status: 'ITEMISED' });
    return true;
  }
  if (status === 'ITEMISED') {
    if (invoice.subtotal !== Number(cents))
      throw new WrongSum(`invoice ${invoiceId} is ${cents} cents, and ${invoice.subtotal} at the provider`);
    const closed = invoice.status === 'draft' ? await close(provider, invoiceId, providerInvoiceId) : invoice;
    // In cents the provider counts by numbers.
    const taxCents = BigInt(closed.total - closed.subtotal);
    await note({ status: 'OPEN', dueAt: new Date(now()), taxCents });
    return true;
  }
  // Somebody else has just tried.
  if (payment.dueAt.getTime() > now()) return false;
  await note(await charge(provider, payment, providerInvoiceId, now()));
  return false;
};

const close = (provider: Stripe, invoiceId: string, providerInvoiceId: string): Promise<Stripe.Invoice> =>
  provider.invoices
    .finalizeInvoice(providerInvoiceId, { auto_advance: false }, { idempotencyKey: `finalize-${invoiceId}` })
    .catch(addressNeeded);

const create = (
  provider: Stripe,
  customer: string,
  { currency, invoiceId }: PaymentRow,
  hasTax: boolean,
): Promise<Stripe.Invoice> =>
  provider.invoices.create(
    {
      customer,
      currency: currency.toLowerCase(),
      auto_advance: false,
      collection_method: 'charge_automatically',
      pending_invoice_items_behavior: 'exclude',
      ...(hasTax ? { automatic_tax: { enabled: true } } : {}),
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

/**
 * What is to be noted of it. A card that is refused is no failure of ours, and is tried again. What came of it is read apart
 * from this.
 */
const charge = async (
  provider: Stripe,
  { charges, firstChargedAt, invoiceId }: PaymentRow,
  providerInvoiceId: string,
  now: number,
): Promise<PaymentChange> => {
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
  return {
    charges: number,
    firstChargedAt: firstChargedAt ?? new Date(now),
    dueAt: new Date(now + chargeAgainMs),
    lastError,
  };
};
