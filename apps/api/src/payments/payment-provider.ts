import { openProvider } from '@weir/payments/provider';
import type { PaymentSettings } from '@weir/runtime/payment-env';
import type { ApiSettings } from '../settings.ts';

/** The payment provider, and what its events are signed with; null: payment is off. */
export interface PaymentProvider extends PaymentSettings {
  readonly client: ReturnType<typeof openProvider>;
}

export const PAYMENT_PROVIDER = Symbol('PAYMENT_PROVIDER');

export const paymentProviderOf = ({ payments }: ApiSettings): PaymentProvider | null =>
  payments === null ? null : { ...payments, client: openProvider(payments) };
