import { expect, test } from '@playwright/test';
import { createCluster, createKey, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

test('a Basic cluster becomes Standard on its settings page, which says what that costs first', async ({
  page,
}) => {
  await signUp(page);
  const id = await createCluster(page, 'grown');
  await createKey(page);
  await page.goto(`/clusters/${id}/settings`);
  await expect(page.getByText('This is a Basic cluster.')).toBeVisible();
  await expect(page.getByText('$255.50')).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Make it Standard' }).click();
  await expect(page.getByText('This is a Basic cluster.')).toBeHidden();
  await page.goto(`/clusters/${id}`);
  await expect(page.getByText('Limits of a Standard cluster')).toBeVisible();
  await page.goto('/audit');
  await page.getByText('cluster.update').click();
  await expect(page.getByRole('region', { name: 'Before and after' })).toContainText('BasicStandard');
});
