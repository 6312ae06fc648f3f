import { createCluster } from '@weir/contracts/clusters';
import { createApiKey } from '@weir/contracts/iam';
import { getInvoice } from '@weir/contracts/invoices';
import { getPayment, openPaymentPortal, openPaymentSetup } from '@weir/contracts/payments';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { openProvider } from '@weir/payments/provider';
import { collectInvoices, settleEvents, turnStandings } from '@weir/payments/run-payments';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { createCells, localCellId } from '@weir/provisioning/cells';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { startTestBroker } from '../testing/broker-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';

const dayMs = 86_400_000;

let api: TestApi;
let broker: Awaited<ReturnType<typeof startTestBroker>>;
let stripe: TestStripe;
let port: number;
let nowMs = Date.now();

beforeAll(async () => {
  port = await findFreePort();
  stripe = await startTestStripe();
  const { secretKey, url: apiUrl, webhookSecret } = stripe;
  const payments = { secretKey, apiUrl, webhookSecrets: [webhookSecret], hasTax: false, isLive: false };
  api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}`, payments } });
  broker = await startTestBroker(api.cell, port);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  await api.close();
  await stripe.stop();
});

/** What the worker does, once. */
const work = async () => {
  const { db } = api.platform;
  const { secretKey, url: apiUrl } = stripe;
  const provider = openProvider({ secretKey, apiUrl });
  const deps = { db, provider, hasTax: false, now: () => nowMs };
  const onFailure = (cause: unknown) => {
    throw cause;
  };
  await settleEvents(deps, onFailure);
  await collectInvoices(deps, onFailure);
  await turnStandings(db, nowMs);
  const cells = createCells({ [localCellId]: api.cell });
  for (const id of await findDueEntries(db, nowMs + dayMs, 100))
    await applyOutboxEntry({ db, cells, now: () => nowMs }, id);
};

const addressOf = () => `${api.anonymous.url}/webhooks/stripe`;
const tell = async (body: Buffer, signature: string): Promise<number> => {
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  return (await fetch(addressOf(), { method: 'POST', headers, body: new Uint8Array(body) })).status;
};

it('who does not pay is told so by Kafka, then let in nowhere, and goes on with all records once it is paid', async () => {
  const { client, organizationId } = await newOwner(api);
  const { id } = await client.call(createCluster, { body: { spec: { display_name: 'unpaid' } } });
  await client.call(createTopic, { params: { cluster_id: id }, body: { topic_name: 'orders' } });
  const key = await client.call(createApiKey, { body: { spec: { resource: { id } } } });
  const kafka = new Kafka({
    brokers: [`localhost:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    sasl: { mechanism: 'plain', username: key.id, password: key.spec.secret ?? '' },
  });
  let taken = 0;
  const send = async () => {
    const producer = kafka.producer();
    try {
      await producer.connect();
      await producer.send({ topic: 'orders', messages: [{ value: 'x' }] });
      taken += 1;
      return 'taken';
    } catch (cause) {
      return cause instanceof Error && 'type' in cause ? String(cause.type) : 'refused';
    } finally {
      await producer.disconnect();
    }
  };
  const { url } = await client.call(openPaymentSetup, {});
  expect(url).toMatch(/^https:\/\/stripe\.example\/cs_/);
  expect((await client.call(openPaymentPortal, {})).url).toMatch(/^https:\/\/stripe\.example\/bps_/);
  const [customer] = stripe.state.customers.keys();
  if (customer === undefined) throw new Error('nobody is a customer');
  stripe.state.addCard(customer, '0002', false);
  const micros = 12_340_000n;
  await api.platform.db.invoice.create({
    data: {
      ...{ id: 'inv-unpaid', organizationId, number: 1, priceBook: '2026-11', currency: 'USD' },
      ...{ subtotalMicros: micros, creditMicros: 0n, carriedBefore: 0n, carriedAfter: 0n, dueMicros: micros },
      ...{ periodStart: new Date('2026-10-01'), periodEnd: new Date('2026-11-01') },
    },
  });

  await work();
  const payment = await client.call(getPayment, {});
  expect(payment).toMatchObject({
    status: 'ON',
    standing: 'PAST_DUE',
    tax: 'OFF',
    owed_amount: '12.340000',
    method: { last4: '0002' },
  });
  const invoice = async () => (await client.call(getInvoice, { params: { id: 'inv-unpaid' } })).payment;
  expect(await invoice()).toEqual({ status: 'DUE', tax_amount: '0.000000', total_amount: '12.340000' });
  expect(await send()).toBe('taken');
  nowMs += 7 * dayMs;
  await work();
  await expect.poll(send, { timeout: 5_000 }).toBe('POLICY_VIOLATION');
  nowMs += 14 * dayMs;
  await work();
  expect(await client.call(getPayment, {})).toMatchObject({ standing: 'SUSPENDED' });
  await expect.poll(send, { timeout: 5_000 }).not.toMatch(/taken|POLICY_VIOLATION/);

  const from = stripe.state.events.length;
  stripe.state.addCard(customer, '4242', true);
  for (const event of stripe.state.events.slice(from)) {
    const { body, signature } = stripe.signed(event);
    expect(await tell(body, signature)).toBe(200);
    expect(await tell(body, signature)).toBe(200);
  }
  await work();
  expect(await client.call(getPayment, {})).toMatchObject({
    standing: 'CURRENT',
    past_due_since: null,
    owed_amount: '0.000000',
    method: { brand: 'visa', last4: '4242' },
  });
  await expect.poll(send, { timeout: 5_000 }).toBe('taken');
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets('orders');
  expect(taken).toBeGreaterThan(1);
  expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(taken);
  await admin.disconnect();
}, 120_000);

it('a provider that has no time is told of as what it is, and asked again it opens its page', async () => {
  const { client } = await newOwner(api);
  stripe.fault = () => 'busy';
  try {
    await expect(client.call(openPaymentSetup, {})).rejects.toThrow(/503.*payment provider did not answer/);
  } finally {
    stripe.fault = () => null;
  }
  expect((await client.call(openPaymentSetup, {})).url).toMatch(/^https:/);
});

it('a webhook that the provider has not signed, or long ago, is refused and leaves nothing behind', async () => {
  const [event] = stripe.state.events;
  if (event === undefined) throw new Error('nothing was told');
  const before = await api.platform.db.paymentEvent.count();
  const forged = stripe.signed({ ...event, id: 'evt_forged' }, 0, 'whsec_forged');
  const late = stripe.signed({ ...event, id: 'evt_late' }, 301);
  for (const { body, signature } of [forged, late]) expect(await tell(body, signature)).toBe(400);
  expect(await tell(Buffer.from('{}'), '')).toBe(400);
  expect(await tell(Buffer.alloc(300 * 1024, 'x'), late.signature)).toBe(413);
  expect(await api.platform.db.paymentEvent.count()).toBe(before);
});
