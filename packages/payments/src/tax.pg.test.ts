import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createSeededRandom } from '@weir/testing/seeded-random';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CollectDeps } from './collect-invoice.ts';
import { ensureCustomer } from './customer.ts';
import { findAccount } from './payment.store.ts';
import { openProvider } from './provider.ts';
import { collectInvoices } from './run-payments.ts';
import { addPayer } from './testing/add-payer.ts';

let database: TestDatabase;
let db: ControlDb;
let stripe: TestStripe;
let deps: CollectDeps;
let now = Date.parse('2026-02-02T10:00:00.000Z');
let organizationId = '';
let payer = '';
let failures: unknown[] = [];
let number = 0;

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  stripe = await startTestStripe(() => now);
  const provider = openProvider({ secretKey: stripe.secretKey, apiUrl: stripe.url });
  deps = { db, provider, now: () => now, hasTax: true };
});
afterAll(async () => {
  await stripe.stop();
  await db.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  failures = [];
  organizationId = crypto.randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  payer = await addPayer(db, organizationId);
  stripe.state.addCard(await ensureCustomer(deps, organizationId), '4242', true);
});

const billTo = (country: string, taxId = '') => {
  const data = { name: 'Ada Ltd', addressLines: ['1 Mill Lane', 'Bath'], country, taxId };
  return db.billingAccount.upsert({
    where: { organizationId },
    create: { organizationId, ...data },
    update: data,
  });
};
const collect = async (cents: bigint) => {
  number += 1;
  const id = `inv-${number}`;
  const micros = cents * 10_000n;
  await db.invoice.create({
    data: {
      ...{ id, organizationId, number, priceBook: '2026-11', currency: 'USD', subtotalMicros: micros },
      ...{ creditMicros: 0n, carriedBefore: 0n, carriedAfter: 0n, dueMicros: micros },
      ...{ periodStart: new Date(Date.UTC(2000, number)), periodEnd: new Date(Date.UTC(2000, number + 1)) },
    },
  });
  return again(id);
};
const again = async (id: string) => {
  now += 61_000;
  await collectInvoices(deps, (cause) => void failures.push(cause));
  const { lastError, status, taxCents } = await db.invoicePayment.findUniqueOrThrow({
    where: { invoiceId: id },
  });
  return { id, status, taxCents, lastError };
};
const chargedOf = (invoiceId: string) => {
  const made = [...stripe.state.invoices.values()].filter(
    ({ metadata }) => metadata.weir_invoice === invoiceId,
  );
  return made.map(({ status, subtotal, total }) => ({ status, subtotal, total }));
};

it('the tax that follows from where somebody is comes on top of what is ours, and both are charged once', async () => {
  await billTo('GB');
  const { id, ...paid } = await collect(1_005n);
  expect(paid).toEqual({ status: 'PAID', taxCents: 201n, lastError: null });
  expect(chargedOf(id)).toEqual([{ status: 'paid', subtotal: 1_005, total: 1_206 }]);
  expect(failures).toEqual([]);
});

it.each([null, 'AQ'])(
  'without an address that tells (%s) nothing is charged, and with one it goes on',
  async (country) => {
    if (country !== null) await billTo(country);
    const waiting = await collect(500n);
    expect(waiting).toMatchObject({ status: 'NEW', taxCents: null });
    expect(waiting.lastError).toMatch(/whom invoices are for|address that invoices are for/);
    // It is theirs to say, and no failure of ours.
    expect(failures).toEqual([]);
    expect(chargedOf(waiting.id)).toEqual([]);
    expect((await findAccount(db, organizationId))?.needsAddress).toBe(true);
    await again(waiting.id);
    const told = await db.mail.findMany({ where: { recipient: payer }, select: { kind: true } });
    expect(told).toEqual([{ kind: 'address-needed' }]);
    await billTo('DE');
    expect(await again(waiting.id)).toMatchObject({ status: 'PAID', taxCents: 95n });
    expect(chargedOf(waiting.id)).toHaveLength(1);
    expect((await findAccount(db, organizationId))?.needsAddress).toBe(false);
  },
);

it('a tax id counts while it is the one that is given, and one that is none counts for nothing', async () => {
  await billTo('DE', 'DE 123.456.789');
  expect(await collect(1_000n)).toMatchObject({ status: 'PAID', taxCents: 0n });
  const customer = await ensureCustomer(deps, organizationId);
  await billTo('DE', 'DE987654321');
  expect(await collect(1_000n)).toMatchObject({ status: 'PAID', taxCents: 0n });
  expect(stripe.state.taxIdsOf(customer).map(({ value }) => value)).toEqual(['DE987654321']);
  await billTo('DE', 'nonsense');
  expect(await collect(1_000n)).toMatchObject({ status: 'PAID', taxCents: 190n });
  expect(stripe.state.taxIdsOf(customer)).toEqual([]);
});

it.each([1, 2, 3])(
  'whatever answers are lost or refused for now, tax is charged once (seed %i)',
  async (seed) => {
    const random = createSeededRandom(seed);
    await billTo('GB', 'GB123456789');
    stripe.fault = () => random.pick(['busy', 'lost', 'broken', null] as const);
    const { id } = await collect(1_000n);
    for (let attempt = 0; attempt < 8; attempt++) await again(id);
    stripe.fault = () => null;
    now += 25 * 3_600_000;
    expect(await again(id)).toMatchObject({ status: 'PAID', taxCents: 200n });
    expect(chargedOf(id)).toEqual([{ status: 'paid', subtotal: 1_000, total: 1_200 }]);
  },
);
