import { expect, test } from '@playwright/test';
import { signUp } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSound, expectSoundInEveryLook } from './sound.ts';

test('a cluster with brokers of its own is made, made larger, deleted and restored', async ({ page }) => {
  test.setTimeout(180_000);
  const soon = { timeout: 60_000 };
  await signUp(page);
  await page.goto('/clusters/new');
  await page.getByLabel('Name').fill('own');
  await page.getByRole('radio', { name: /Dedicated/ }).check();
  await page.getByLabel('Zones').selectOption('MULTI_ZONE');
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await expect(page.getByText('From 2 to 24.')).toBeVisible();
  await page.getByLabel('Zones').selectOption('SINGLE_ZONE');
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);
  await expect(page.getByText('Bootstrap servers')).toBeVisible(soon);
  const address = await page.locator('dt:text-is("Bootstrap servers") + dd code').textContent();
  expect(address).toMatch(/^localhost:\d+$/);
  await expect(page.getByText('Limits of a Dedicated cluster of 1 unit')).toBeVisible();

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Units').fill('2');
  await page.getByRole('button', { name: 'Change size' }).click();
  await expect(page.getByText('From 1 unit to 2 units: under way.')).toBeVisible();
  await expectSound(page);
  await expect(page.getByText('under way')).toBeHidden(soon);

  await page.getByRole('link', { name: 'Brokers', exact: true }).click();
  const brokers = page.getByRole('region', { name: 'Brokers' }).locator('tbody tr');
  await expect(brokers).toHaveCount(2);
  await expect(page.getByText('2 brokers, with every replica in sync.')).toBeVisible(soon);
  for (const broker of await brokers.all()) {
    await expect(broker).toContainText('Running');
    await expect(broker).toContainText('0 B');
    await expect(broker).toContainText(/\d+\.\d+\.\d+\+[0-9a-f]{12}/);
  }
  await expectSoundInEveryLook(page);
  await picture(page, 'brokers');

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Delete cluster' }).click();
  await expect(page.getByText('You can restore all of it for 7 days')).toBeVisible();
  await page.getByLabel('Type own to confirm').fill('own');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete cluster' }).click();
  await page.getByRole('link', { name: 'One deleted cluster can be restored' }).click();
  await expect(page.getByText('It can be restored until')).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);
  await expect(page.getByText(address ?? 'no address', { exact: true })).toBeVisible(soon);
});
