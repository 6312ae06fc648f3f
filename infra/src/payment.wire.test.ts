import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventObject } from '@weir/testing/stripe/objects';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import pg from 'pg';
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

/** What time alone brings about: an invoice whose charge was refused eight days ago. Its id at the provider. */
const owe = async (): Promise<string> => {
  const { id: customer } = stripe.state.createCustomer({});
  const { id } = stripe.state.createInvoice({
    customer,
    auto_advance: 'false',
    'metadata[weir_invoice]': 'inv-1',
  });
  stripe.state.createItem({ invoice: id, amount: '500' });
  stripe.state.finalize(id);
  const port = readFileSync(join(weir.directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(weir.directory, 'secrets', 'postgres-password'), 'utf8').trim();
  const account = { host: '127.0.0.1', port: Number(port), user: 'postgres', password };
  const client = new pg.Client({ ...account, options: '-c search_path=control' });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO payment_accounts (organization_id, customer_id, asked_at)
       SELECT organization_id, $1, now() FROM clusters WHERE id = $2`,
      [customer, tenant.clusterId],
    );
    await client.query(
      `INSERT INTO invoice_payments
         (invoice_id, organization_id, provider_invoice_id, cents, currency, status, charges, first_charged_at, due_at)
       SELECT 'inv-1', organization_id, $1, 500, 'USD', 'OPEN', 8, now() - interval '8 days', now() + interval '1 day'
         FROM clusters WHERE id = $2`,
      [id, tenant.clusterId],
    );
  } finally {
    await client.end();
  }
  return id;
};

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
  const invoice = await owe();
  await tell(stripe.state.events.at(-1));
  await expect.poll(() => write('meanwhile'), { timeout: 40_000, interval: 500 }).toMatch(/policy/i);
  expect(await read()).toContain('before');

  stripe.state.payByHand(invoice);
  await tell(stripe.state.events.at(-1));
  await expect.poll(() => write('after'), { timeout: 40_000, interval: 500 }).toBeNull();
  expect((await read()).trimEnd().split('\n').at(-1)).toBe('after');
}, 120_000);
