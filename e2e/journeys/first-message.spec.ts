import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';

const topic = 'first-messages';

function connection({ keyId, secret }: Key) {
  const sasl = { mechanism: 'SCRAM-SHA-256' as const, username: keyId, password: secret };
  return { clientId: 'journey', bootstrapBrokers: [bootstrap], sasl };
}

async function produce(key: Key, value: string): Promise<void> {
  const producer = new Producer({
    ...connection(key),
    serializers: stringSerializers,
    autocreateTopics: true,
  });
  await producer.send({ messages: [{ topic, key: 'journey', value }] });
  await producer.close();
}

async function consumeOne(key: Key): Promise<string> {
  const deserializers = stringDeserializers;
  const consumer = new Consumer({ ...connection(key), groupId: 'journey-readers', deserializers });
  const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
  try {
    for await (const message of stream) {
      await message.commit();
      return message.value ?? '';
    }
    return '';
  } finally {
    await consumer.close(true);
  }
}

test('from nothing to a first message that shows on the page, and a chart that moves within 15 seconds', async ({
  page,
}) => {
  await page.goto('/');
  await expect(page).toHaveURL(/sign-in/);
  await signUp(page);
  await expect(page.getByRole('heading', { name: 'Create your first cluster' })).toBeVisible();

  await createCluster(page, 'orders');
  await expect(page.getByText('Ready', { exact: true })).toBeVisible();
  await expect(page.getByText(bootstrap).first()).toBeVisible();
  await expect(page.getByText('Waiting for your first message')).toBeVisible();

  const key = await createKey(page);
  await produce(key, 'Hello from the journey');
  const produced = Date.now();
  await expect(page.getByTestId('first-message')).toHaveText('Hello from the journey');
  expect(await consumeOne(key)).toBe('Hello from the journey');

  const bytesIn = page.getByTestId('usage-totals').locator('dd').first();
  await expect(bytesIn).not.toHaveText('0 B', { timeout: 15_000 - (Date.now() - produced) });

  const use = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Who uses it' }) });
  const rowOf = (name: string) => use.getByRole('row').filter({ hasText: name });
  await expect(rowOf(topic)).toContainText(/\d B/, { timeout: 15_000 - (Date.now() - produced) });
  await use.getByRole('button', { name: 'Who', exact: true }).click();
  await expect(rowOf('Ada Lovelace')).toContainText(/\d B/);
  await use.getByRole('button', { name: 'Key', exact: true }).click();
  await expect(rowOf(key.keyId)).toContainText(/\d B/);
  await use.getByRole('button', { name: '30 days' }).click();
  await expect(rowOf(key.keyId)).toContainText(/\d B/);

  await page.reload();
  await expect(page.getByText(key.secret)).toHaveCount(0);
});

test('a topic made in the console takes messages, which its page shows as they come', async ({ page }) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'topics');
  const key = await createKey(page);
  await page.goto(`/clusters/${clusterId}/topics`);
  await page.getByRole('button', { name: 'Create topic' }).click();
  await page.getByLabel('Name').fill('bad name!');
  await page.getByRole('dialog').getByRole('button', { name: 'Create topic' }).click();
  await expect(page.getByText('Letters, digits, dots, dashes and underscores only.')).toBeVisible();
  await page.getByLabel('Name').fill(topic);
  await page.getByRole('dialog').getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('link', { name: topic }).click();
  await expect(page.getByText('No messages yet.')).toBeVisible();
  await produce(key, '{"total":42}');
  await page.getByText('{"total":42}').first().click();
  await expect(page.getByText('json, 12 B')).toBeVisible();

  await page.getByRole('button', { name: 'Delete topic' }).click();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete topic' });
  await expect(confirm).toBeDisabled();
  await page.getByLabel(`Type ${topic} to confirm`).fill(topic);
  await confirm.click();
  await expect(page.getByRole('heading', { name: 'No topics yet' })).toBeVisible();
});

test('a revoked key no longer works', async ({ page }) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'keys');
  const key = await createKey(page);
  await produce(key, 'while it is in force');
  await page.goto(`/clusters/${clusterId}/keys`);
  await page.getByRole('button', { name: `Revoke ${key.keyId}` }).click();
  await page.getByLabel(`Type ${key.keyId} to confirm`).fill(key.keyId);
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible();
  await expect(produce(key, 'after it was revoked')).rejects.toThrow();
});

test('another person sees nothing of a cluster, and the page does not say whether it exists', async ({
  page,
  browser,
}) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'secret-plans');
  const other = await browser.newContext();
  const otherPage = await other.newPage();
  await signUp(otherPage);
  for (const path of [`/clusters/${clusterId}`, '/clusters/lkc-nobodyhas1']) {
    const answer = await otherPage.goto(path);
    expect(answer?.status()).toBe(404);
    await expect(otherPage.getByRole('heading', { name: 'Nothing is here' })).toBeVisible();
    await expect(otherPage.getByText('secret-plans')).toHaveCount(0);
  }
  await other.close();
});
