import { expect, test } from '@playwright/test';
import { createCluster, signUp } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSoundInEveryLook } from './sound.ts';

test('a program gets an identity, keys and a role, and all of it goes with it', async ({ page }) => {
  await signUp(page);
  await createCluster(page, 'shop');
  await page.goto('/access');
  await page.getByRole('link', { name: 'Service accounts' }).click();
  await expect(page.getByRole('heading', { name: 'No service accounts yet' })).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Create service account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Create service account' }).click();
  await expect(dialog.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByLabel('Name').fill('billing');
  await dialog.getByLabel('Description').fill('Writes invoices');
  await expectSoundInEveryLook(page);
  await dialog.getByRole('button', { name: 'Create service account' }).click();
  await page.waitForURL(/\/access\/service-accounts\/sa-/);

  await page.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Name').fill('invoices');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'invoices', exact: true })).toBeVisible();
  await expect(page.getByText('Writes invoices')).toBeVisible();

  await page.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByLabel('Name').fill('of the shop');
  await expect(dialog.getByLabel('Opens').locator('option')).toHaveText([/^shop/, 'The control plane']);
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByRole('button', { name: 'I have stored the secret' }).click();
  await expect(page.getByRole('table').locator('tbody tr')).toHaveCount(1);
  await page.getByRole('link', { name: 'Give it a role' }).click();
  await page.getByRole('button', { name: 'Give a role' }).click();
  await dialog.getByLabel('On', { exact: true }).selectOption({ label: 'shop' });
  await dialog.getByLabel('Role').selectOption('DeveloperWrite');
  await dialog.getByLabel('To', { exact: true }).selectOption({ label: 'invoices' });
  await dialog.getByRole('button', { name: 'Give role' }).click();
  await expect(page.getByRole('list', { name: 'invoices' })).toContainText('DeveloperWrite');

  await page.getByRole('link', { name: 'Service accounts' }).click();
  const row = page.getByRole('table').locator('tbody tr');
  await expect(row).toContainText('DeveloperWrite');
  await expect(row.locator('td').nth(1)).toHaveText('1');
  await expect(row).toContainText('Never');
  await expectSoundInEveryLook(page);
  await picture(page, 'service-accounts');
  await page.getByLabel('Filter service accounts').fill('nothing like it');
  await expect(page.getByText('No service account is like that.')).toBeVisible();
  await page.getByLabel('Filter service accounts').fill('INVOICES');
  await row.getByRole('link', { name: 'invoices' }).click();
  await expect(page.getByRole('list', { name: 'Roles' })).toContainText('DeveloperWrite on Cluster shop');
  await expectSoundInEveryLook(page);
  await picture(page, 'service-account');

  await page.getByRole('button', { name: 'Delete' }).click();
  const goes = page.getByRole('list', { name: 'What goes with it' });
  await expect(goes).toContainText('1 key is revoked');
  await expect(goes).toContainText('It loses 1 role.');
  await expectSoundInEveryLook(page);
  await picture(page, 'service-account-deletion');
  await dialog.getByLabel('Type invoices to confirm').fill('invoices');
  await dialog.getByRole('button', { name: 'Delete service account' }).click();
  await expect(page.getByRole('heading', { name: 'No service accounts yet' })).toBeVisible();
  await page.goto('/keys');
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible();
});
