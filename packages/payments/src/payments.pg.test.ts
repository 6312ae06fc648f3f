import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createSeededRandom } from '@weir/testing/seeded-random';
import type { EventObject } from '@weir/testing/stripe/objects';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CollectDeps } from './collect-invoice.ts';
import { ensureCustomer } from './customer.ts';
import { findAccount } from './payment.store.ts';
import { openProvider } from './provider.ts';
import { readMissedEvents } from './read-missed-events.ts';
import { receiveEvent } from './receive-event.ts';
import { collectInvoices, settleEvents, turnStandings } from './run-payments.ts';
import { addPayer } from './testing/add-payer.ts';

const dayMs = 86_400_000;
const beganMs = Date.parse('2026-02-02T10:00:00.000Z');

let database: TestDatabase;
let db: ControlDb;
let stripe: TestStripe;
let deps: CollectDeps;
let now = beganMs;
let payer = '';
let organizationId = '';
let failures: unknown[] = [];
let number = 0;

beforeEach(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  now = beganMs;
  failures = [];
  stripe = await startTestStripe(() => now);
  deps = {
    db,
    provider: openProvider({ secretKey: stripe.secretKey, apiUrl: stripe.url }),
    now: () => now,
    hasTax: false,
  };
  organizationId = crypto.randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  payer = await addPayer(db, organizationId);
  return async () => {
    await stripe.stop();
    await db.$disconnect();
    await database.drop();
  };
});

const newInvoice = async (cents: bigint) => {
  number += 1;
  const id = `inv-${organizationId}-${number}`;
  const micros = cents * 10_000n;
  await db.invoice.create({
    data: {
      ...{ id, organizationId, number, priceBook: '2026-11', currency: 'USD', subtotalMicros: micros },
      ...{ creditMicros: 0n, carriedBefore: 0n, carriedAfter: 0n, dueMicros: micros },
      ...{ periodStart: new Date(Date.UTC(2000, number)), periodEnd: new Date(Date.UTC(2000, number + 1)) },
    },
  });
  return id;
};
const onFailure = (cause: unknown) => void failures.push(cause);
const collect = () => collectInvoices(deps, onFailure);
const statusOf = async (invoiceId: string) =>
  (await db.invoicePayment.findUnique({ where: { invoiceId } }))?.status;
const standing = async () => (await findAccount(db, organizationId))?.standing;
const addCard = async (last4: string, isGood: boolean) =>
  stripe.state.addCard(await ensureCustomer(deps, organizationId), last4, isGood);
const receive = (event: EventObject, age = 0, secret?: string) =>
  receiveEvent(db, deps.provider, {
    ...stripe.signed(event, age, secret),
    secrets: ['whsec_another', stripe.webhookSecret],
    isLive: false,
  });
const notices = async () => {
  const mails = await db.mail.findMany({
    where: { recipient: payer, kind: 'payment-notice' },
    orderBy: [{ createdAt: 'asc' }],
  });
  return mails.map(({ params }) => (params as { standing: string }).standing);
};

/** What servers of the organization are told: from which standing to which. */
const announced = async () => {
  const told = await db.webhookDelivery.findMany({
    where: { organizationId },
    orderBy: { createdAt: 'asc' },
  });
  return told.map(({ body }) => {
    const { data } = JSON.parse(body) as { data: { previous_standing: string; standing: string } }; // As they are made.
    return [data.previous_standing, data.standing];
  });
};

it('an invoice is charged once, and its sum at the provider is ours to the cent', async () => {
  await addCard('4242', true);
  const id = await newInvoice(1_234n);
  await Promise.all([collect(), collect(), collect()]);
  await collect();
  expect(failures).toEqual([]);
  expect(await statusOf(id)).toBe('PAID');
  const [invoice, ...others] = stripe.state.invoices.values();
  expect(others).toEqual([]);
  expect(invoice).toMatchObject({ status: 'paid', subtotal: 1_234, attempt_count: 1 });
  expect(await standing()).toBe('CURRENT');
});

it('calls about one customer come one at a time, whichever process makes them', async () => {
  const otherDb = openControl({ url: database.url });
  const others: CollectDeps = { ...deps, db: otherDb };
  try {
    for (const cents of [100n, 200n, 300n]) await newInvoice(cents);
    const customers = await Promise.all([deps, others].map((each) => ensureCustomer(each, organizationId)));
    expect(new Set(customers).size).toBe(1);
    await addCard('4242', true);
    for (const event of stripe.state.events) await receive(event);
    await Promise.all(
      [deps, others, deps, others].flatMap((each) => [
        collectInvoices(each, onFailure),
        settleEvents(each, onFailure),
      ]),
    );
  } finally {
    await otherDb.$disconnect();
  }
  expect(failures).toEqual([]);
  expect(stripe.refusals).toEqual([]);
  expect(stripe.changes.filter((path) => path.endsWith('/pay'))).toHaveLength(3);
});

it.each([/invoices$/, /invoiceitems$/, /finalize$/, /pay$/])(
  'a call that is still under way is refused with 409 when it is made again, and is found as done later (%s)',
  async (called) => {
    await addCard('4242', true);
    const id = await newInvoice(400n);
    const { promise, resolve } = Promise.withResolvers<void>();
    stripe.slow = promise;
    let isFirst = true;
    stripe.fault = (path) => {
      if (!isFirst || !called.test(path)) return null;
      isFirst = false;
      return 'slow';
    };
    await collect();
    expect(failures).toMatchObject([{ statusCode: 409 }]);
    expect(new Set(stripe.refusals)).toEqual(new Set(['idempotency_key_in_use']));
    expect(stripe.changes.filter((path) => called.test(path))).toEqual([]);

    resolve();
    await expect.poll(() => stripe.changes.filter((path) => called.test(path))).toHaveLength(1);
    now += 61_000;
    await collect();
    expect(failures).toHaveLength(1);
    expect(await statusOf(id)).toBe('PAID');
    expect(stripe.changes.filter((path) => called.test(path))).toHaveLength(1);
    const [invoice, ...more] = stripe.state.invoices.values();
    expect(more).toEqual([]);
    expect(invoice).toMatchObject({ status: 'paid', subtotal: 400, attempt_count: 1 });
  },
);

it('an organization that owes nothing is no customer of anybody', async () => {
  await collect();
  expect(stripe.state.customers.size).toBe(0);
});

describe.each([1, 2, 3, 4, 5, 6])(
  'whatever answers are lost, broken or refused for now (seed %i)',
  (seed) => {
    it('nothing is billed twice and nothing is forgotten', async () => {
      const random = createSeededRandom(seed);
      const faults = ['busy', 'lost', 'broken', null, null] as const;
      await addCard('4242', true);
      const ids = [await newInvoice(100n), await newInvoice(250n)];
      stripe.fault = () => random.pick(faults);
      for (let attempt = 0; attempt < 12; attempt++) {
        await collect();
        // Past the day for which answers are kept as well.
        now += attempt % 3 === 2 ? 25 * 3_600_000 : 61_000;
      }
      stripe.fault = () => null;
      for (let attempt = 0; attempt < 3; attempt++) {
        await collect();
        now += 25 * 3_600_000;
      }
      for (const id of ids) expect(await statusOf(id)).toBe('PAID');
      const billed = [...stripe.state.invoices.values()].filter(({ metadata }) =>
        ids.includes(metadata.weir_invoice ?? ''),
      );
      expect(billed.map(({ status, subtotal }) => [status, subtotal]).toSorted()).toEqual([
        ['paid', 100],
        ['paid', 250],
      ]);
      expect(stripe.state.customers.size).toBe(1);
    }, 60_000);
  },
);

it('who does not pay is told, read-only after a week and suspended after three, and goes on once it is paid', async () => {
  const hook = { id: `wh-${organizationId}`, displayName: 'w', url: 'https://w', eventTypes: [] };
  await db.webhook.create({ data: { organizationId, ...hook } });
  await addCard('0002', false);
  const id = await newInvoice(500n);
  await collect();
  expect(failures).toEqual([]);
  expect(await statusOf(id)).toBe('OPEN');
  expect(await standing()).toBe('PAST_DUE');
  const seen: (string | undefined)[] = [];
  for (const days of [6, 1, 13, 1]) {
    now += days * dayMs;
    await turnStandings(db, now);
    seen.push(await standing());
  }
  expect(seen).toEqual(['PAST_DUE', 'READ_ONLY', 'READ_ONLY', 'SUSPENDED']);
  expect(await notices()).toEqual(['PAST_DUE', 'READ_ONLY', 'SUSPENDED']);
  expect(await db.outbox.count({ where: { subjectKind: 'restraints', subjectId: organizationId } })).toBe(3);

  const from = stripe.state.events.length;
  await addCard('4242', true);
  for (const event of stripe.state.events.slice(from)) expect(await receive(event)).toBe('new');
  await settleEvents(deps, onFailure);
  // Another card is charged at once.
  await collect();
  expect(failures).toEqual([]);
  expect(await statusOf(id)).toBe('PAID');
  expect(await standing()).toBe('CURRENT');
  expect(await notices()).toEqual(['PAST_DUE', 'READ_ONLY', 'SUSPENDED', 'CURRENT']);
  expect(await announced()).toEqual([
    ['CURRENT', 'PAST_DUE'],
    ['PAST_DUE', 'READ_ONLY'],
    ['READ_ONLY', 'SUSPENDED'],
    ['SUSPENDED', 'CURRENT'],
  ]);
});

it.each([1, 2, 3, 4, 5])(
  'events that come five times each and in any order end in one state (seed %i)',
  async (seed) => {
    const random = createSeededRandom(seed);
    await addCard('0002', false);
    const id = await newInvoice(700n);
    await collect();
    await addCard('4242', true);
    const [invoice] = stripe.state.invoices.values();
    stripe.state.payByHand(invoice?.id ?? '');
    const told = stripe.state.events.flatMap((event) => Array.from({ length: 5 }, () => event));
    for (const event of random.shuffle(told)) {
      await receive(event);
      if (random.chance(0.25)) await settleEvents(deps, onFailure);
    }
    await settleEvents(deps, onFailure);
    expect(failures).toEqual([]);
    expect(await statusOf(id)).toBe('PAID');
    expect(await standing()).toBe('CURRENT');
    expect(await db.paymentEvent.count({ where: { settledAt: null, customerId: { not: null } } })).toBe(0);
    expect(await findAccount(db, organizationId)).toMatchObject({ methodBrand: 'visa', methodLast4: '4242' });
    expect(await notices()).toEqual(['PAST_DUE', 'CURRENT']);
    expect(await collect()).toBe(0);
  },
);

it('what could not be delivered is read from the list of events, once each, however long it was and however often it is read', async () => {
  await addCard('0002', false);
  const id = await newInvoice(700n);
  await collect();
  expect(await standing()).toBe('PAST_DUE');
  await readMissedEvents(deps);
  await settleEvents(deps, onFailure);

  // More than one page of the list, days ago, and then a later one that did arrive.
  now += dayMs;
  await addCard('4242', true);
  const [invoice] = stripe.state.invoices.values();
  stripe.state.payByHand(invoice?.id ?? '');
  const customer = await ensureCustomer(deps, organizationId);
  for (let times = 0; times < 230; times++) stripe.state.updateCustomer(customer, {});
  const missed = stripe.state.events.length;
  now += 3 * dayMs;
  stripe.state.updateCustomer(customer, {});
  const last = stripe.state.events.at(-1);
  if (last === undefined || stripe.state.events.length === missed) throw new Error('nothing was told');
  expect(await receive(last)).toBe('new');

  const found: number[] = [];
  for (let run = 0; run < 6; run++) found.push(await readMissedEvents(deps));
  const known = await db.paymentEvent.findMany({ select: { id: true } });
  expect(known.map((row) => row.id).toSorted()).toEqual(stripe.state.events.map((row) => row.id).toSorted());
  expect(found.filter((count) => count > 0).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(230);
  expect(found.slice(-2)).toEqual([0, 0]);
  await settleEvents(deps, onFailure);
  expect(failures).toEqual([]);
  expect(await statusOf(id)).toBe('PAID');
  expect(await standing()).toBe('CURRENT');
});

it('a list of events that breaks off is read again from where it began', async () => {
  await addCard('4242', true);
  await readMissedEvents(deps);
  const until = await db.paymentEventRead.findFirst();
  await stripe.stop();
  now += dayMs;
  await expect(readMissedEvents(deps)).rejects.toThrow(/connection/i);
  expect(await db.paymentEventRead.findFirst()).toEqual(until);
}, 60_000);

it('what is signed and no event of this account is refused, and an event that tells only of what it is, is taken', async () => {
  const signed = (payload: string) => {
    const secret = stripe.webhookSecret;
    const signature = deps.provider.webhooks.generateTestHeaderString({ payload, secret });
    const sent = { body: Buffer.from(payload), signature, secrets: [secret], isLive: false };
    return receiveEvent(db, deps.provider, sent);
  };
  const event = { id: `evt_${organizationId}`, object: 'event', type: 'invoice.paid', livemode: false };
  const none = [
    'x',
    '',
    'null',
    '"x"',
    '[]',
    '{}',
    '{"livemode":false}',
    JSON.stringify({ ...event, id: 7 }),
    JSON.stringify({ ...event, id: 'evt_\u0000' }),
    JSON.stringify({ ...event, type: 'x'.repeat(256) }),
  ];
  for (const text of [...none, JSON.stringify({ ...event, account: 'acct_connected' })])
    expect([text, await signed(text)]).toEqual([text, 'foreign']);
  expect(await db.paymentEvent.count({ where: { id: event.id } })).toBe(0);
  const thin = { ...event, object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' };
  expect(await signed(JSON.stringify(thin))).toBe('new');
  expect(await signed(JSON.stringify(thin))).toBe('known');
  expect(failures).toEqual([]);
});

it('what nobody signed, signed long ago or signed for another world is refused, and a known event changes nothing', async () => {
  await addCard('4242', true);
  const [event] = stripe.state.events;
  if (event === undefined) throw new Error('nothing was told');
  expect(await receive(event, 0, 'whsec_forged')).toBe('unsigned');
  expect(await receive(event, 301)).toBe('unsigned');
  const live = { ...stripe.signed(event), secrets: [stripe.webhookSecret], isLive: true };
  expect(await receiveEvent(db, deps.provider, live)).toBe('foreign');
  const { body, signature } = stripe.signed(event);
  const changed = { body: Buffer.concat([body, Buffer.from(' ')]), signature };
  const given = { ...changed, secrets: [stripe.webhookSecret], isLive: false };
  expect(await receiveEvent(db, deps.provider, given)).toBe('unsigned');
  expect(await db.paymentEvent.count({ where: { id: event.id } })).toBe(0);
  expect(await receive(event)).toBe('new');
  expect(await receive(event, 299)).toBe('known');
});

it('a draft whose sum is not ours is not closed, and somebody hears of it', async () => {
  await addCard('4242', true);
  const id = await newInvoice(900n);
  const customer = await ensureCustomer(deps, organizationId);
  const metadata = { 'metadata[weir_invoice]': id };
  const invoice = stripe.state.createInvoice({ customer, auto_advance: 'false', ...metadata });
  stripe.state.createItem({ invoice: invoice.id, amount: '1' });
  await collect();
  expect(failures).toMatchObject([{ name: 'WrongSum' }]);
  expect(stripe.state.invoice(invoice.id).status).toBe('draft');
});
