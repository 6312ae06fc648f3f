import {
  type CustomerObject,
  type EventObject,
  type InvoiceObject,
  type MethodObject,
  type SessionObject,
  StripeRefusal,
  type TaxIdObject,
  wrongRequest,
} from './objects.ts';

type Params = Readonly<Record<string, string>>;

const secondMs = 1_000;

/** Customers, cards and invoices of the double, and every event that they ever caused. */
export class StripeState {
  readonly customers = new Map<string, CustomerObject>();
  readonly methods = new Map<string, MethodObject & { isGood: boolean }>();
  readonly invoices = new Map<string, InvoiceObject>();
  readonly taxIds = new Map<string, TaxIdObject>();
  readonly sessions = new Map<string, SessionObject>();
  readonly events: EventObject[] = [];
  readonly now: () => number;
  /** Ids of two doubles differ. */
  readonly #run = crypto.randomUUID().slice(0, 8);
  #count = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  createCustomer(params: Params): CustomerObject {
    const customer: CustomerObject = {
      ...{ id: this.#id('cus'), object: 'customer', metadata: metadataOf(params) },
      invoice_settings: { default_payment_method: null },
      address: null,
    };
    this.customers.set(customer.id, customer);
    return this.#told('customer.created', customer);
  }

  updateCustomer(id: string, params: Params): CustomerObject {
    const customer = this.#customer(id);
    const method = params['invoice_settings[default_payment_method]'];
    if (method !== undefined) {
      if (this.methods.get(method)?.customer !== id) throw wrongRequest(`No such PaymentMethod: '${method}'`);
      customer.invoice_settings = { default_payment_method: method };
    }
    const country = params['address[country]'];
    if (country !== undefined) customer.address = { country };
    return this.#told('customer.updated', customer);
  }

  createTaxId(customer: string, { type = '', value = '' }: Params): TaxIdObject {
    this.#customer(customer);
    const form = taxIdForms[type];
    if (form === undefined) throw wrongRequest(`Invalid type: ${type}`);
    if (!form.test(value)) throw wrongRequest(`Invalid value for ${type}.`, 400, 'tax_id_invalid');
    const taxId = { id: this.#id('txi'), object: 'tax_id' as const, customer, type, value };
    this.taxIds.set(taxId.id, taxId);
    return taxId;
  }

  taxIdsOf(customer: string): readonly TaxIdObject[] {
    return [...this.taxIds.values()].filter((each) => each.customer === customer);
  }

  deleteTaxId(customer: string, id: string): unknown {
    if (this.taxIds.get(id)?.customer !== customer) throw wrongRequest(`No such tax id: '${id}'`, 404);
    this.taxIds.delete(id);
    return { id, object: 'tax_id', deleted: true };
  }

  createSession(object: SessionObject['object'], params: Params): SessionObject {
    const { id: customer } = this.#customer(params.customer ?? '');
    if (object === 'checkout.session' && params.mode !== 'setup') throw wrongRequest('mode is setup here');
    const id = this.#id(object === 'checkout.session' ? 'cs' : 'bps');
    const session = { id, object, customer, url: `https://stripe.example/${id}` };
    this.sessions.set(id, session);
    return session;
  }

  /** What somebody does on the page of a session. */
  addCard(customer: string, last4: string, isGood: boolean): string {
    const id = this.#id('pm');
    const created = Math.floor(this.now() / secondMs);
    const card = { brand: 'visa', last4 };
    this.methods.set(id, { id, object: 'payment_method', type: 'card', created, customer, card, isGood });
    this.#told('payment_method.attached', this.methods.get(id));
    this.#told('checkout.session.completed', { id: this.#id('cs'), object: 'checkout.session', customer });
    return id;
  }

  createInvoice(params: Params): InvoiceObject {
    const { address, id: customer } = this.#customer(params.customer ?? '');
    const isTaxed = params['automatic_tax[enabled]'] === 'true';
    if (isTaxed && !(address && address.country in taxPercents))
      throw wrongRequest('The customer’s location is not recognized.', 400, 'customer_tax_location_invalid');
    if (params.auto_advance !== 'false') throw wrongRequest('the double advances no invoice by itself');
    const invoice: InvoiceObject = {
      ...{ id: this.#id('in'), object: 'invoice', customer, currency: params.currency ?? 'usd' },
      ...{
        metadata: metadataOf(params),
        auto_advance: false,
        status: 'draft',
        subtotal: 0,
        total: 0,
        automatic_tax: { enabled: isTaxed },
        attempt_count: 0,
      },
      lines: { object: 'list', data: [], has_more: false },
    };
    this.invoices.set(invoice.id, invoice);
    return this.#told('invoice.created', invoice);
  }

  createItem(params: Params): { readonly id: string; readonly object: 'invoiceitem' } {
    const invoice = this.invoice(params.invoice ?? '');
    if (invoice.status !== 'draft') throw wrongRequest('You can only add items to a draft invoice.');
    if (!/^\d+$/.test(params.amount ?? '')) throw wrongRequest('Invalid integer');
    if (invoice.automatic_tax.enabled && params.tax_behavior !== 'exclusive')
      throw wrongRequest('the double adds tax to what is without it');
    const item = { id: this.#id('ii'), object: 'invoiceitem' as const };
    invoice.lines.data.push(item);
    invoice.subtotal += Number(params.amount);
    invoice.total = invoice.subtotal;
    this.#told('invoice.updated', invoice);
    return item;
  }

  finalize(id: string): InvoiceObject {
    const invoice = this.invoice(id);
    if (invoice.status !== 'draft') throw wrongRequest('This invoice is already finalized.');
    invoice.status = 'open';
    invoice.total = invoice.subtotal + this.#taxOf(invoice);
    return this.#told('invoice.finalized', invoice);
  }

  pay(id: string): InvoiceObject {
    const invoice = this.invoice(id);
    if (invoice.status === 'paid') throw wrongRequest('Invoice is already paid', 400, 'invoice_already_paid');
    if (invoice.status !== 'open') throw wrongRequest(`an invoice that is ${invoice.status} cannot be paid`);
    const chosen = this.#customer(invoice.customer).invoice_settings.default_payment_method;
    const method = chosen === null ? undefined : this.methods.get(chosen);
    invoice.attempt_count += 1;
    if (method?.isGood !== true) {
      this.#told('invoice.payment_failed', invoice);
      if (method === undefined)
        throw wrongRequest('There is no default_payment_method set on this Customer.');
      throw new StripeRefusal(402, 'card_error', 'card_declined', 'Your card was declined.');
    }
    return this.payByHand(id);
  }

  /** On the page of the invoice itself, by another way. */
  payByHand(id: string): InvoiceObject {
    const invoice = this.invoice(id);
    invoice.status = 'paid';
    return this.#told('invoice.paid', invoice);
  }

  invoice(id: string): InvoiceObject {
    const invoice = this.invoices.get(id);
    if (invoice === undefined) throw wrongRequest(`No such invoice: '${id}'`, 404, 'resource_missing');
    return invoice;
  }

  /** Who has a tax id and is elsewhere accounts for it himself. */
  #taxOf({ automatic_tax: { enabled }, customer, subtotal }: InvoiceObject): number {
    const country = this.#customer(customer).address?.country ?? '';
    if (!enabled || (country !== 'GB' && this.taxIdsOf(customer).length > 0)) return 0;
    return Math.round((subtotal * (taxPercents[country] ?? 0)) / 100);
  }

  #customer(id: string): CustomerObject {
    const customer = this.customers.get(id);
    if (customer === undefined) throw wrongRequest(`No such customer: '${id}'`, 404, 'resource_missing');
    return customer;
  }

  customer(id: string): CustomerObject {
    return this.#customer(id);
  }

  #id(prefix: string): string {
    this.#count += 1;
    return `${prefix}_${this.#run}${String(this.#count).padStart(6, '0')}`;
  }

  #told<Told>(type: string, object: Told): Told {
    const created = Math.floor(this.now() / secondMs);
    const common = { object: 'event', livemode: false, api_version: '2026-10-29' } as const;
    this.events.push({
      id: this.#id('evt'),
      type,
      created,
      ...common,
      data: { object: structuredClone(object) },
    });
    return object;
  }
}

/** Of whoever sells from Great Britain, and of the countries that the double knows. */
const taxPercents: Readonly<Record<string, number>> = { GB: 20, DE: 19, US: 0 };
const taxIdForms: Readonly<Record<string, RegExp>> = {
  eu_vat: /^[A-Z]{2}[A-Z0-9]{8,12}$/,
  gb_vat: /^GB\d{9}$/,
};

const metadataOf = (params: Params): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
      return key === undefined ? [] : [[key, value]];
    }),
  );
