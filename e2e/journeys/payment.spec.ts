import { Producer, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { payingPorts } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';
import { type PayingStack, startPayingStack } from './paying-stack.ts';
import { expectSoundInEveryLook } from './sound.ts';

const consoleUrl = `http://localhost:${payingPorts.console}`;
test.use({ baseURL: consoleUrl });

let stack: PayingStack;
test.beforeAll(async () => {
  test.setTimeout(300_000);
  stack = await startPayingStack();
});
test.afterAll(() => stack.stop());

/** What a client says that writes one record and is refused; null: it was acknowledged. */
async function write({ keyId, secret }: Key): Promise<string | null> {
  const producer = new Producer({
    clientId: 'payer',
    bootstrapBrokers: [`localhost:${payingPorts.broker}`],
    sasl: { mechanism: 'SCRAM-SHA-256', username: keyId, password: secret },
    serializers: stringSerializers,
    autocreateTopics: true,
    retries: 0,
  });
  try {
    await producer.send({ messages: [{ topic: 'orders', value: 'x' }] });
    return null;
  } catch (cause) {
    return String(cause);
  } finally {
    await producer.close(true);
  }
}

test('who owes sees what, pays on the provider’s page, and clients that were refused go on', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await signUp(page);
  const clusterId = await createCluster(page, 'unpaid');
  const key = await createKey(page);
  expect(await write(key)).toBeNull();

  await stack.owe(clusterId);
  await stack.tell(stack.stripe.state.events.at(-1));
  await expect.poll(() => write(key), { timeout: 40_000 }).toContain('Produc');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  const notice = page.getByText('clients can read, and are refused when they write');
  await expect(notice).toBeVisible();
  await expect(page.getByText('$5.00 is owed.')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Invoices' })).toContainText('$5.00');
  await expectSoundInEveryLook(page);

  // What the provider shows, of which nothing is ours but where it leads back to.
  const shown = (body: string) => ({ contentType: 'text/html', body: `<!doctype html>${body}` });
  await page.route('https://stripe.example/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname !== '/saved') {
      const session = stack.stripe.state.sessions.get(pathname.slice(1));
      expect(session?.object).toBe('checkout.session');
      const to = `/saved?customer=${session?.customer}`;
      await route.fulfill(shown(`<a href="${to}">Save card</a>`));
      return;
    }
    const customer = new URL(route.request().url()).searchParams.get('customer') ?? '';
    stack.stripe.state.addCard(customer, '4242', true);
    await stack.tell(stack.stripe.state.events.at(-1));
    await route.fulfill(shown(`<a href="${consoleUrl}/billing">Back</a>`));
  });
  await page.getByRole('button', { name: 'Add payment method' }).click();
  await page.getByRole('link', { name: 'Save card' }).click();
  await page.getByRole('link', { name: 'Back' }).click();
  // Invoices are charged once a minute.
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('visa ending in 4242')).toBeVisible({ timeout: 2_000 });
    await expect(notice).toBeHidden({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await expect(page.getByRole('list', { name: 'Invoices' })).toContainText(', paid');
  await expect.poll(() => write(key), { timeout: 40_000 }).toBeNull();
  expect([...stack.stripe.state.invoices.values()].map(({ status }) => status)).toEqual(['paid']);
});
