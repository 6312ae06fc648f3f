import type { ControlDb } from '@weir/db/control';
import Stripe from 'stripe';
import { addEvent } from './payment.store.ts';

/** As long as a signature counts, seconds. */
const toleranceSeconds = 300;

export interface SignedEvent {
  readonly body: Buffer;
  readonly signature: string;
  /** Two while one takes the place of the other. */
  readonly secrets: readonly string[];
  readonly isLive: boolean;
}

/**
 * `refused`: not signed by the provider, or too long ago, or of the other of its two worlds. `known`: told before, and
 * nothing has changed by it.
 */
export type Received = 'new' | 'known' | 'refused';

/** Writes down that something was told. It is committed before the provider is answered; what it was is read later. */
export const receiveEvent = async (
  db: ControlDb,
  provider: Stripe,
  { body, isLive, secrets, signature }: SignedEvent,
): Promise<Received> => {
  const event = secrets
    .map((secret) => verified(provider, body, signature, secret))
    .find((found) => found !== null);
  if (!event || event.livemode !== isLive) return 'refused';
  const { id, type } = event;
  return (await addEvent(db, { id, type, customerId: customerOf(event) })) ? 'new' : 'known';
};

/** Of whom something is told; null: of nobody. */
export const customerOf = (event: Stripe.Event): string | null => {
  // Objects of every type that concerns a customer name it, and the customer itself is one.
  const object = event.data.object as {
    readonly id?: string;
    readonly object: string;
    readonly customer?: unknown;
  };
  if (object.object === 'customer') return object.id ?? null;
  return typeof object.customer === 'string' ? object.customer : null;
};

const verified = (provider: Stripe, body: Buffer, signature: string, secret: string): Stripe.Event | null => {
  try {
    return provider.webhooks.constructEvent(body, signature, secret, toleranceSeconds);
  } catch (cause) {
    if (cause instanceof Stripe.errors.StripeSignatureVerificationError) return null;
    throw cause;
  }
};
