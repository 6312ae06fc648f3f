/** What is there at the double. Fields that nobody of ours reads are left out. */
export interface StripeObject {
  readonly id: string;
  readonly object: string;
}

export interface CustomerObject extends StripeObject {
  readonly object: 'customer';
  readonly metadata: Readonly<Record<string, string>>;
  invoice_settings: { default_payment_method: string | null };
  address: { country: string } | null;
}

export interface TaxIdObject extends StripeObject {
  readonly object: 'tax_id';
  readonly customer: string;
  readonly type: string;
  readonly value: string;
}

export interface MethodObject extends StripeObject {
  readonly object: 'payment_method';
  readonly type: 'card';
  readonly created: number;
  readonly customer: string;
  readonly card: { readonly brand: string; readonly last4: string };
}

export interface InvoiceObject extends StripeObject {
  readonly object: 'invoice';
  readonly customer: string;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly auto_advance: boolean;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  subtotal: number;
  /** With tax, once it is closed. */
  total: number;
  readonly automatic_tax: { readonly enabled: boolean };
  attempt_count: number;
  readonly lines: { readonly object: 'list'; readonly data: StripeObject[]; readonly has_more: false };
}

export interface SessionObject extends StripeObject {
  readonly object: 'checkout.session' | 'billing_portal.session';
  readonly customer: string;
  readonly url: string;
}

export interface EventObject extends StripeObject {
  readonly object: 'event';
  readonly type: string;
  readonly created: number;
  readonly livemode: false;
  readonly api_version: string;
  readonly data: { readonly object: unknown };
}

/** An answer of the double: what its documentation says of errors, by type and code. */
export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal';
  readonly status: number;
  readonly type: string;
  readonly code: string;

  constructor(status: number, type: string, code: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
  }
}

export const wrongRequest = (message: string, status = 400, code = 'parameter_invalid'): StripeRefusal =>
  new StripeRefusal(status, 'invalid_request_error', code, message);
