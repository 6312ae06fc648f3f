import Stripe from 'stripe';
import { CustomerBusy, TurnLost } from './customer-turn.ts';

export interface ProviderSettings {
  readonly secretKey: string;
  /** Where its API is; null: where it always is. */
  readonly apiUrl: string | null;
}

const callMsMax = 15_000;
const retriesMax = 2;

/** The payment provider by its own library, which repeats what got no answer under the same idempotency key. */
export const openProvider = ({ apiUrl, secretKey }: ProviderSettings): Stripe => {
  const common = { timeout: callMsMax, maxNetworkRetries: retriesMax, telemetry: false };
  if (apiUrl === null) return new Stripe(secretKey, common);
  const { hostname: host, port, protocol } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  return new Stripe(secretKey, {
    ...common,
    ...{ host, port, protocol: isPlain ? 'http' : 'https' },
  });
};

/** Whether it was not the question: the same may be answered a little later. */
export const isAway = (cause: unknown): boolean =>
  [
    Stripe.errors.StripeConnectionError,
    Stripe.errors.StripeAPIError,
    Stripe.errors.StripeRateLimitError,
    Stripe.errors.StripeIdempotencyError,
    CustomerBusy,
    TurnLost,
  ].some((kind) => cause instanceof kind);
