import type { EventObject } from '@weir/testing/stripe/objects';
import { oweInvoice } from '@weir/testing/stripe/owe-invoice';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// That who does not pay is stopped, and goes on by paying: the whole cloud, a real client, and a provider on the loopback.

let weir: Installation;
let tenant: Tenant;
let stripe: TestStripe;

beforeAll(async () => {
  stripe = await startTestStripe();
  weir = await Installation.make();
  const env = {
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    STRIPE_API_URL: stripe.url,
  };
  await weir.launch(env).line('weir ready');
  tenant = await Tenant.signUp(weir);
  await tenant.createTopic('orders');
});
afterAll(async () => {
  await weir.remove();
  await stripe.stop();
});

/** As the provider tells it. */
const tell = async (event: EventObject | undefined): Promise<void> => {
  if (event === undefined) throw new Error('nothing was told');
  const { body, signature } = stripe.signed(event);
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const url = `http://localhost:${weir.ports.api}/webhooks/stripe`;
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  expect(response.status).toBe(200);
};

/** What the client says when it is refused; null: it was acknowledged. */
const write = (text: string): Promise<string | null> =>
  tenant.kcat(['-P', '-t', 'orders', '-X', 'retries=0'], `${text}\n`).then(
    () => null,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
const read = () => tenant.kcat(['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q']);

test('a client of who owes is refused where it writes and still reads, and goes on once it is paid', async () => {
  expect(await write('before')).toBeNull();
  const invoice = await oweInvoice(stripe.state, weir.directory, tenant.clusterId);
  await tell(stripe.state.events.at(-1));
  await expect.poll(() => write('meanwhile'), { timeout: 40_000, interval: 500 }).toMatch(/policy/i);
  expect(await read()).toContain('before');

  stripe.state.payByHand(invoice);
  await tell(stripe.state.events.at(-1));
  await expect.poll(() => write('after'), { timeout: 40_000, interval: 500 }).toBeNull();
  expect((await read()).trimEnd().split('\n').at(-1)).toBe('after');
}, 120_000);
