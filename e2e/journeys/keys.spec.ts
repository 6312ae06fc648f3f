import { Producer, stringSerializers } from '@platformatic/kafka';
import { expect, type Page, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';
import { expectSound, expectSoundInEveryLook } from './sound.ts';

const topic = 'rotated';

function producerOf({ keyId, secret }: Key, mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512') {
  return new Producer({
    clientId: 'orders-service',
    bootstrapBrokers: [bootstrap],
    sasl: { mechanism, username: keyId, password: secret },
    serializers: stringSerializers,
    autocreateTopics: true,
  });
}

type OpenProducer = ReturnType<typeof producerOf>;

const send = (producer: OpenProducer) =>
  producer.send({ messages: [{ topic, key: 'k', value: 'while the key is rotated' }] });

async function produce(key: Key, mechanism: Parameters<typeof producerOf>[1]): Promise<void> {
  const producer = producerOf(key, mechanism);
  try {
    await send(producer);
  } finally {
    await producer.close(true);
  }
}

/** Makes the second secret in the dialog that is open, and reads what is shown once. */
async function secondSecret(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Create second secret' }).click();
  await page.getByText('This is the only time').waitFor();
  return (await page.locator('dt:text-is("Secret") + dd code').textContent()) ?? '';
}

// A use is promised to show within a minute, and two of them are waited for.
test.setTimeout(240_000);

test('a key is rotated while its clients go on: both secrets work, then the first is refused and its connection closed', async ({
  page,
}) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'rotation');
  const first = await createKey(page);
  const open = producerOf(first, 'SCRAM-SHA-256');
  await send(open);

  await page.goto(`/clusters/${clusterId}/keys`);
  await page.getByRole('button', { name: `Rotate ${first.keyId}` }).click();
  const second = { ...first, secret: await secondSecret(page) };
  expect(second.secret).not.toBe(first.secret);
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    await produce(first, mechanism);
  }
  await page.getByRole('button', { name: 'I have stored the secret' }).click();
  await expect(page.getByText('Nothing has used the second secret yet.')).toBeVisible();
  await expectSound(page);

  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    await produce(second, mechanism);
  }
  // A use is promised to show within a minute.
  await expect(page.getByText('The second secret is in use.')).toBeVisible({ timeout: 60_000 });
  const secrets = page.getByRole('list', { name: 'Live secrets' });
  await expect(secrets.getByText('“orders-service”')).toHaveCount(2, { timeout: 60_000 });
  await expect(secrets.getByText('from 127.0.0.1').first()).toBeVisible();

  await send(open);
  const closed = new Promise<number>((resolve) => {
    open.once('client:broker:disconnect', () => resolve(Date.now()));
  });
  await page.getByRole('button', { name: 'Retire the first secret' }).click();
  await expect(page.getByText('Rotated.')).toBeVisible();
  const retiredAt = Date.now();
  expect((await closed) - retiredAt).toBeLessThan(5_000);
  await open.close(true);
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    await expect(produce(first, mechanism)).rejects.toThrow();
    await produce(second, mechanism);
  }
  await page.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('button', { name: `Rotate ${first.keyId}` })).toBeVisible();
});

test('keys of all clusters and of the control plane are in one list, narrowed by what they open and by use', async ({
  page,
}) => {
  await signUp(page);
  await createCluster(page, 'listed');
  const key = await createKey(page);
  await page.goto('/keys');
  await page.getByRole('button', { name: 'Create cloud key' }).click();
  await page.getByLabel('Name').fill('terraform');
  await page.getByLabel('Expires').selectOption({ label: 'In 30 days' });
  await expectSound(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('button', { name: 'I have stored the secret' }).click();
  const rows = page.getByRole('table').locator('tbody tr');
  await expect(rows).toHaveCount(2);
  await expectSoundInEveryLook(page);
  await page.getByLabel('Opens').selectOption({ label: 'The control plane' });
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText('terraform');
  await page.getByLabel('Opens').selectOption({ label: 'Anything' });
  await page.getByLabel('Show').selectOption({ label: 'Expired, or within 30 days' });
  await expect(rows).toHaveCount(1);
  await page.getByLabel('Show').selectOption({ label: 'Not used for 30 days' });
  await expect(rows).toHaveCount(2);
  await expect(page.getByText(key.keyId)).toBeVisible();
});
