import type { ControlTx } from '@weir/db/control';
import type Stripe from 'stripe';
import { applyStanding } from './apply-standing.ts';
import type { PaymentDeps } from './customer.ts';
import { withCustomer } from './customer-turn.ts';
import {
  changeAccount,
  changePayment,
  findAccount,
  openEvents,
  paymentsOf,
  settleEvents,
} from './payment.store.ts';

/**
 * Reads a customer at the provider, whatever was told of it and in whichever order, and makes what is known of it the
 * same: what is charged, which invoices are paid, and what follows from that.
 */
export const settleCustomer = async (deps: PaymentDeps, organizationId: string): Promise<void> => {
  const { db, now, provider } = deps;
  await withCustomer(db, organizationId, async (turn) => {
    const account = await findAccount(db, organizationId);
    if (!account?.customerId) return;
    const { customerId } = account;
    // What is told from here on may be of what is read too late.
    const events = await openEvents(db, customerId);
    const { isNew, method, seen } = await methodOf(provider, customerId, account.methodsSeen);
    const statuses = await statusesOf(provider, customerId);
    await turn.write(async (tx) => {
      await changeAccount(tx, organizationId, {
        methodBrand: method?.brand ?? null,
        methodLast4: method?.last4 ?? null,
        methodsSeen: seen,
      });
      await noteStatuses(tx, organizationId, statuses, isNew ? now() : null);
      await applyStanding(tx, organizationId, now());
      await settleEvents(tx, customerId, events, now());
    });
  });
};

interface Method {
  readonly brand: string;
  readonly last4: string;
}

interface Methods {
  readonly method: Method | null;
  /** Somebody has brought it since. */
  readonly isNew: boolean;
  readonly seen: string[];
}

/** What is charged: what somebody has brought last, and from then on what the customer chooses at the provider. */
const methodOf = async (
  provider: Stripe,
  customerId: string,
  before: readonly string[],
): Promise<Methods> => {
  const customer = await provider.customers.retrieve(customerId);
  if (customer.deleted) return { method: null, isNew: false, seen: [] };
  const { data } = await provider.customers.listPaymentMethods(customerId, { limit: 100 });
  const chosen = customer.invoice_settings.default_payment_method;
  const chosenId = typeof chosen === 'string' ? chosen : chosen?.id;
  const newest = data.toSorted((one, other) => other.created - one.created || (one.id < other.id ? 1 : -1));
  const brought = newest.find(({ id }) => !before.includes(id));
  const method = brought ?? data.find(({ id }) => id === chosenId) ?? newest[0];
  const seen = data.map(({ id }) => id);
  if (method === undefined) return { method: null, isNew: false, seen };
  if (method.id !== chosenId)
    await provider.customers.update(customerId, { invoice_settings: { default_payment_method: method.id } });
  const named = { brand: method.card?.brand ?? method.type, last4: method.card?.last4 ?? '' };
  return { method: named, isNew: brought !== undefined, seen };
};

/** Of the invoices at the provider, by their ids there. */
const statusesOf = async (provider: Stripe, customerId: string): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for await (const { id, status } of provider.invoices.list({ customer: customerId, limit: 100 }))
    if (status !== null) found.set(id, status);
  return found;
};

/** @param chargeAt When what is open is to be charged; null: when it is due. */
const noteStatuses = async (
  tx: ControlTx,
  organizationId: string,
  statuses: ReadonlyMap<string, string>,
  chargeAt: number | null,
): Promise<void> => {
  for (const { invoiceId, providerInvoiceId } of await paymentsOf(tx, organizationId)) {
    const status = statuses.get(providerInvoiceId ?? '');
    if (status === 'paid' || status === 'void' || status === 'uncollectible')
      await changePayment(tx, invoiceId, { status: status.toUpperCase() });
    else if (chargeAt !== null && status === 'open')
      await changePayment(tx, invoiceId, { dueAt: new Date(chargeAt) });
  }
};
