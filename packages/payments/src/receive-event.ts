import type { ControlDb } from '@weir/db/control';
import Stripe from 'stripe';
import { z } from 'zod';
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
 * `unsigned`: not by the provider, or too long ago. `foreign`: no event, or of the other of its two worlds, or of an account
 * that is only connected to ours. `known`: told before, and nothing has changed by it.
 */
export type Received = 'new' | 'known' | 'unsigned' | 'foreign';

/** As the provider forms its ids and types. */
const Word = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** What is read of an event: thin events have no object with them, and those of connected accounts name these. */
const Told = z.object({
  id: Word,
  type: Word,
  livemode: z.boolean(),
  account: z.never().optional(),
  data: z.unknown().optional(),
});

/** Writes down that something was told. It is committed before the provider is answered; what it was is read later. */
export const receiveEvent = async (
  db: ControlDb,
  provider: Stripe,
  { body, isLive, secrets, signature }: SignedEvent,
): Promise<Received> => {
  if (!secrets.some((secret) => isSigned(provider, body, signature, secret))) return 'unsigned';
  const told = Told.safeParse(jsonOf(body));
  if (!told.success || told.data.livemode !== isLive) return 'foreign';
  const { id, type } = told.data;
  return (await addEvent(db, { id, type, customerId: customerOf(told.data) })) ? 'new' : 'known';
};

/** Objects of every type that concerns a customer name it, and the customer itself is one. */
const OfCustomer = z.union([
  z.object({ object: z.object({ object: z.literal('customer'), id: Word }) }),
  z.object({ object: z.object({ customer: Word }) }),
]);

/** Of whom something is told; null: of nobody. */
export const customerOf = ({ data }: { readonly data?: unknown }): string | null => {
  const found = OfCustomer.safeParse(data);
  if (!found.success) return null;
  const { object } = found.data;
  return 'customer' in object ? object.customer : object.id;
};

const isSigned = (provider: Stripe, body: Buffer, signature: string, secret: string): boolean => {
  try {
    return provider.webhooks.signature?.verifyHeader(body, signature, secret, toleranceSeconds) === true;
  } catch (cause) {
    if (cause instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw cause;
  }
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch {
    // Signed, and yet no JSON: the schema refuses it.
    return undefined;
  }
};
