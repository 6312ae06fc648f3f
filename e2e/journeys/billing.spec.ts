import { readFile } from 'node:fs/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createKey, type Key, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

const topic = 'billed';
/** A window of ten seconds, its way to the ledger, what the API remembers, and the page’s next look. */
const shownWithinMs = 15_000;

async function produce({ keyId, secret }: Key, sends: number): Promise<void> {
  const producer = new Producer({
    clientId: 'billed',
    bootstrapBrokers: [bootstrap],
    sasl: { mechanism: 'SCRAM-SHA-256', username: keyId, password: secret },
    serializers: stringSerializers,
    autocreateTopics: true,
  });
  for (let sent = 0; sent < sends; sent += 1)
    await producer.send({ messages: [{ topic, value: 'x'.repeat(900_000) }] });
  await producer.close(true);
}

test('what a cluster costs is said before it is made, and shown with what it used within seconds', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await signUp(page);
  await page.goto('/clusters/new');
  await expect(page.getByText('$0.35 an hour')).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByLabel('Name').fill('invoiced');
  await page.getByRole('radio', { name: 'Standard' }).check();
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);
  const key = await createKey(page);
  await produce(key, 5);
  const produced = Date.now();

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByText('Payment is off in this installation')).toBeVisible();
  const costs = page.getByTestId('costs');
  await expect(costs.getByRole('rowheader', { name: 'invoiced' })).toBeVisible();
  await page.getByRole('button', { name: 'What for' }).click();
  const written = costs.getByRole('row').filter({ hasText: 'Written' });
  await expect(written).toContainText('0.004 GiB', { timeout: shownWithinMs - (Date.now() - produced) });
  await page.getByRole('button', { name: 'Topic', exact: true }).click();
  await expect(costs.getByRole('rowheader', { name: topic })).toBeVisible();
  await expect(page.getByTestId('month-to-date')).toHaveText('< $0.01');
  await expectSoundInEveryLook(page);

  await page.getByRole('group', { name: 'Month' }).getByRole('button').nth(1).click();
  await expect(page.getByText('Nothing was used in this month.')).toBeVisible();

  await page.getByRole('button', { name: 'Add address' }).click();
  await page.getByLabel('Name').fill('Ada Ltd');
  await page.getByLabel('Address').fill('1 Mill Lane');
  await page.getByLabel('Country').fill('gb');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('1 Mill Lane')).toBeVisible();
  await page.getByRole('button', { name: 'Redeem a code' }).click();
  await page.getByRole('textbox', { name: 'Code' }).fill('none of ours');
  await page.getByRole('button', { name: 'Redeem', exact: true }).click();
  await expect(page.getByText('This code is not valid, or not any more.')).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('list', { name: 'Invoices' }).getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: /^Draft · / })).toBeVisible();
  await expect(page.getByText('Ada Ltd')).toBeVisible();
  const lines = page.getByTestId('invoice-lines');
  await expect(lines.getByRole('rowheader', { name: /^Written 0\.00\d GiB/ })).toBeVisible();
  await expect(page.getByTestId('due')).toHaveText('$0.00');
  await expectSoundInEveryLook(page);
  const file = page.waitForEvent('download');
  await page.getByRole('link', { name: 'As CSV' }).click();
  expect(await readFile(await (await file).path(), 'utf8')).toContain(',bytes_in,');
});
