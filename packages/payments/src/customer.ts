import type { ControlDb } from '@weir/db/control';
import type Stripe from 'stripe';
import { type CustomerTurn, type TurnTimes, withCustomer } from './customer-turn.ts';
import { changeAccount, findAccount } from './payment.store.ts';

export interface PaymentDeps {
  readonly db: ControlDb;
  readonly provider: Stripe;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Without it as long as a process waits that nobody waits for. */
  readonly turns?: TurnTimes;
}

/** Answers under an idempotency key are kept for a day; a little before that it is looked for what there is. */
export const keysKeptMs = 23 * 3_600_000;

/** The customer that stands for an organization at the provider, one however often it is asked for. */
export const ensureCustomer = async (deps: PaymentDeps, organizationId: string): Promise<string> => {
  const { db, now, provider } = deps;
  const known = await findAccount(db, organizationId);
  if (known?.customerId) return known.customerId;
  const make = async (turn: CustomerTurn) => {
    const account = await findAccount(db, organizationId);
    if (account?.customerId) return account.customerId;
    const askedMs = account?.askedAt?.getTime() ?? now();
    // Before the call, so that whoever comes later knows that there may be one.
    if (!account?.askedAt)
      await turn.write((tx) => changeAccount(tx, organizationId, { askedAt: new Date(askedMs) }));
    const found = now() - askedMs < keysKeptMs ? null : await findCustomer(provider, organizationId);
    const customer =
      found ??
      (await provider.customers.create(
        { metadata: { organization: organizationId } },
        { idempotencyKey: `customer-${organizationId}` },
      ));
    await turn.write((tx) => changeAccount(tx, organizationId, { customerId: customer.id }));
    return customer.id;
  };
  return withCustomer(db, organizationId, make, deps.turns);
};

const findCustomer = async (provider: Stripe, organizationId: string): Promise<Stripe.Customer | null> => {
  const query = `metadata['organization']:'${organizationId}'`;
  const { data } = await provider.customers.search({ query, limit: 1 });
  return data[0] ?? null;
};
