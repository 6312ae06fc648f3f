import { Producer, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createKey, type Key, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

/** How many of so many records were taken before one was refused. */
async function produce({ keyId, secret }: Key, sends: number): Promise<number> {
  const producer = new Producer({
    clientId: 'spender',
    bootstrapBrokers: [bootstrap],
    sasl: { mechanism: 'SCRAM-SHA-256', username: keyId, password: secret },
    serializers: stringSerializers,
    autocreateTopics: true,
    retries: 0,
  });
  let taken = 0;
  try {
    for (; taken < sends; taken += 1)
      await producer.send({ messages: [{ topic: 'spent', value: 'x'.repeat(900_000) }] });
  } catch (cause) {
    expect(String(cause)).toContain('Produc');
  }
  await producer.close(true);
  return taken;
}

test('a limit that is used up stops a client and says who used it, and lets it go on once it is raised', async ({
  page,
}) => {
  test.setTimeout(150_000);
  await signUp(page);
  await page.goto('/clusters/new');
  await page.getByLabel('Name').fill('limited');
  await page.getByRole('radio', { name: 'Standard' }).check();
  await expect(page.getByText('Costs $255.50 a month more')).toBeVisible();
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);
  const key = await createKey(page);
  expect(await produce(key, 2)).toBe(2);

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  await page.getByRole('button', { name: 'Add limit' }).click();
  await page.getByLabel('Name').fill('no surprises');
  const scopes = page.getByLabel('What it is of');
  const ofCluster = scopes.getByRole('option', { name: /^Cluster limited/ });
  await scopes.selectOption((await ofCluster.getAttribute('value')) ?? '');
  await page.getByLabel('Amount, USD').fill('0.000001');
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Save limit' }).click();
  await expect(page.getByText('clients that it concerns are refused when they write')).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Save it all the same' }).click();
  const limit = page.getByRole('list', { name: 'Spend limits' }).getByRole('listitem').first();
  await expect(limit).toContainText('no surprises');
  await expect(limit).toContainText('over', { timeout: 20_000 });
  await expect(limit.getByRole('list', { name: /Who spent most/ })).toContainText('Cluster limited');
  expect(await produce(key, 2)).toBe(0);
  await expectSoundInEveryLook(page);

  await page.getByRole('button', { name: 'Change limit no surprises' }).click();
  await page.getByLabel('Amount, USD').fill('25');
  await page.getByRole('button', { name: 'Save limit' }).click();
  await expect(limit).toContainText('$25.00 a month');
  await expect.poll(() => produce(key, 1)).toBe(1);
  await page.getByRole('button', { name: 'Delete limit no surprises' }).click();
  await expect(page.getByText('Nothing bounds what is spent.')).toBeVisible();
});
