import { z } from 'zod';
import { choice, secretText } from './env.ts';

/** What API and worker both read of the payment provider. */
export const paymentEnv = {
  STRIPE_SECRET_KEY: secretText(12).optional(),
  /** Of its webhook; two with a comma between them while one takes the place of the other. */
  STRIPE_WEBHOOK_SECRET: secretText(12).optional(),
  /** `automatic`: the provider adds the tax that follows from where a customer is. */
  STRIPE_TAX: choice(['', 'automatic'], ''),
  STRIPE_API_URL: z.url('the address of an API like Stripe’s').optional(),
};

/** Null as a whole: payment is off. */
export interface PaymentSettings {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  /** Null: where it always is. */
  readonly apiUrl: string | null;
  /** The provider adds tax to invoices. */
  readonly hasTax: boolean;
  /** Money moves. */
  readonly isLive: boolean;
}

interface Given {
  readonly STRIPE_SECRET_KEY?: string | undefined;
  readonly STRIPE_WEBHOOK_SECRET?: string | undefined;
  readonly STRIPE_TAX?: string | undefined;
  readonly STRIPE_API_URL?: string | undefined;
}

/** Takes what `paymentEnv` parsed. */
export const paymentSettings = (given: Given): PaymentSettings | null => {
  const { STRIPE_API_URL: apiUrl = null, STRIPE_SECRET_KEY: secretKey } = given;
  if (secretKey === undefined) return null;
  const webhookSecrets = (given.STRIPE_WEBHOOK_SECRET ?? '').split(',').filter((secret) => secret !== '');
  const hasTax = given.STRIPE_TAX === 'automatic';
  return { secretKey, webhookSecrets, apiUrl, hasTax, isLive: /^[rs]k_live_/.test(secretKey) };
};
