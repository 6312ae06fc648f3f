import { expect, test } from '@playwright/test';
import { linkFor } from './mailbox.ts';
import { newcomer, signUpAs } from './newcomer.ts';

test('an address is confirmed by the link that was mailed there, once', async ({ page }) => {
  const person = newcomer();
  await signUpAs(page, person);
  const link = await linkFor(page, person.email, 'Confirm your e-mail address');
  await page.goto(link);
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page.getByRole('status')).toContainText('confirmed');
  await page.goto('/sign-in');
  await page.goto(link);
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page.getByRole('alert').first()).toContainText('does not work any more');
});

test('the local outbox opens with its key and with nothing else', async ({ page }) => {
  await page.goto('/outbox');
  await page.getByLabel('Key').fill('a key that somebody has guessed');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('alert').first()).toContainText('not the key');
});
