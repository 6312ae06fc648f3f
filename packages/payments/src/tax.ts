import type { ControlTx } from '@weir/db/control';
import Stripe from 'stripe';

/** Tax follows from where a customer is, and nobody has said so, or the provider cannot make sense of it. */
export class AddressNeeded extends Error {
  override readonly name = 'AddressNeeded';
}

const europeanUnion =
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');

/** How the provider calls the tax ids of a country; of others it takes none of ours. */
const taxIdTypes: Readonly<Record<string, Stripe.CustomerCreateTaxIdParams.Type>> = {
  ...Object.fromEntries(europeanUnion.map((country) => [country, 'eu_vat' as const])),
  ...{ GB: 'gb_vat', CH: 'ch_vat', NO: 'no_vat', AU: 'au_abn', NZ: 'nz_gst', US: 'us_ein' },
};

/** Tells the provider whom invoices are for: tax follows from it. Throws AddressNeeded where nobody has said so. */
export const tellAddress = async (
  db: ControlTx,
  provider: Stripe,
  customer: string,
  organizationId: string,
): Promise<void> => {
  const account = await db.billingAccount.findUnique({
    where: { organizationId },
    select: { name: true, addressLines: true, country: true, taxId: true },
  });
  if (account === null) throw new AddressNeeded('nobody has said whom invoices are for');
  const { addressLines, country, name, taxId } = account;
  const [line1 = '', ...more] = addressLines;
  await provider.customers.update(customer, {
    name,
    address: { line1, line2: more.join(', '), country },
  });
  await tellTaxId(provider, customer, taxIdTypes[country] ?? null, taxId.replaceAll(/[\s.-]/g, ''));
};

const tellTaxId = async (
  provider: Stripe,
  customer: string,
  type: Stripe.CustomerCreateTaxIdParams.Type | null,
  value: string,
): Promise<void> => {
  const { data: known } = await provider.customers.listTaxIds(customer, { limit: 100 });
  for (const each of known) if (each.value !== value) await provider.customers.deleteTaxId(customer, each.id);
  if (type === null || value === '' || known.some((each) => each.value === value)) return;
  try {
    await provider.customers.createTaxId(customer, { type, value });
  } catch (cause) {
    // One that is none counts for nothing: the tax is that of somebody without.
    if (!isOf(cause, 'tax_id_invalid')) throw cause;
  }
};

/** Says it by our name where the provider does not know where a customer is. */
export const addressNeeded = (cause: unknown): never => {
  if (isOf(cause, 'customer_tax_location_invalid'))
    throw new AddressNeeded('the payment provider does not know the address that invoices are for');
  throw cause;
};

const isOf = (cause: unknown, code: string): boolean =>
  cause instanceof Stripe.errors.StripeInvalidRequestError && cause.code === code;
