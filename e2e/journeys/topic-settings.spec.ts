import { expect, type Page, test } from '@playwright/test';
import { createCluster, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

const settingOf = (page: Page, name: string) =>
  page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });

test('a setting of a topic is changed where it is read, after the page has said what it means, and given back', async ({
  page,
}) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'settled');
  await page.goto(`/clusters/${clusterId}/topics`);
  await page.getByRole('button', { name: 'Create topic' }).first().click();
  await page.getByLabel('Name').fill('orders');
  await page.getByRole('dialog').getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('link', { name: 'orders' }).click();
  const retention = settingOf(page, 'retention.ms');
  await expect(retention).toContainText('7 days');
  await expectSoundInEveryLook(page);

  await page.getByRole('button', { name: 'Change retention.ms' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('How long a record is kept');
  const value = dialog.getByLabel('Value');
  await value.fill('soon');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('retention.ms');
  await value.fill('3600000');
  await expect(dialog).toContainText('That is 1 hour.');
  await expect(dialog).toContainText('deleted within minutes, for good');
  await expect(dialog).toContainText('Costs nothing more or less');
  await expectSoundInEveryLook(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(retention).toContainText('3600000');
  await expect(retention).toContainText('set here');

  await page.getByRole('button', { name: 'Change cleanup.policy' }).click();
  await dialog.getByLabel('Value').selectOption('compact,delete');
  await expect(dialog).toContainText('Of each key only the last message stays');
  await dialog.getByLabel('Value').press('Enter');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(settingOf(page, 'cleanup.policy')).toContainText('compact,delete');

  await page.getByRole('button', { name: 'Change retention.ms' }).click();
  await dialog.getByRole('button', { name: 'The default' }).click();
  await expect(dialog.getByLabel('Value')).toHaveValue('604800000');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(retention).toContainText('7 days');
  await expect(retention).toContainText('604800000');
  await page.reload();
  await expect(retention).not.toContainText('set here');
  await expect(settingOf(page, 'cleanup.policy')).toContainText('set here');
});
