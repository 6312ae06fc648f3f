import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { createCluster, signUp } from './newcomer.ts';

test('a topic gets more partitions, after the page has said what that does to keys', async ({ page }) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'growing');
  await page.goto(`/clusters/${clusterId}/topics`);
  await page.getByRole('button', { name: 'Create topic' }).first().click();
  await page.getByLabel('Name').fill('orders');
  await page.getByLabel('Partitions').fill('2');
  await page.getByRole('dialog').getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('link', { name: 'orders' }).click();
  const rows = page.getByRole('table').last().getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1)).toContainText('0 B');

  await page.getByRole('button', { name: 'Add partitions' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('send most keys to another partition');
  const count = dialog.getByLabel('Partitions in all');
  await count.fill('2');
  await dialog.getByRole('button', { name: 'Add partitions' }).click();
  await expect(dialog).toContainText('More than the 2 that there are.');
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
  expect(
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
  ).toEqual([]);

  await count.fill('100000');
  await dialog.getByRole('button', { name: 'Add partitions' }).click();
  await expect(dialog.getByRole('alert')).toContainText('partitionsMax');
  await count.fill('5');
  await dialog.getByRole('button', { name: 'Add partitions' }).click();
  await expect(dialog).toBeHidden();
  await expect(rows).toHaveCount(6);
  await expect(page.getByText('5 partitions', { exact: false }).first()).toBeVisible();
});
