import { expect, test } from '@playwright/test';
import { linkFor, openOutbox } from './mailbox.ts';
import { newcomer, signUpAs } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSoundInEveryLook } from './sound.ts';

test('a budget says what a month costs of it, and who sees to billing is mailed once it is passed', async ({
  page,
}) => {
  test.setTimeout(150_000);
  const person = newcomer();
  await signUpAs(page, person);
  await page.goto(await linkFor(page, person.email, 'Confirm your e-mail address'));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByRole('link', { name: 'Go on' }).waitFor();
  await page.goto('/clusters/new');
  await page.getByLabel('Name').fill('budgeted');
  await page.getByRole('radio', { name: 'Standard' }).check();
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  await expect(page.getByText('Nobody has said what a month is meant to cost.')).toBeVisible();
  await page.getByRole('button', { name: 'Add budget' }).click();
  await page.getByLabel('Name').fill('lean');
  const scopes = page.getByLabel('What it is of');
  const ofCluster = scopes.getByRole('option', { name: /^Cluster budgeted/ });
  await scopes.selectOption((await ofCluster.getAttribute('value')) ?? '');
  await page.getByLabel('Amount a month, USD').fill('0.00001');
  await page.getByLabel('Tell us when spent, %').fill('50, many');
  await page.getByRole('button', { name: 'Save budget' }).click();
  await expect(page.getByText('Whole percents from 1 to 1000')).toBeVisible();
  await page.getByLabel('Tell us when spent, %').fill('50, 100');
  await expectSoundInEveryLook(page);
  await picture(page, 'budget-form');
  await page.getByRole('button', { name: 'Save budget' }).click();
  const budget = page.getByRole('list', { name: 'Budgets' }).getByRole('listitem').first();
  await expect(budget).toContainText('You are told at 50 %, 100 % spent, and at 100 % expected.');
  // A cluster costs by the hour, from its first second.
  await expect(budget).toContainText('past 100 %', { timeout: 30_000 });
  await expectSoundInEveryLook(page);
  await picture(page, 'budgets');

  const outbox = await openOutbox(page);
  const mails = outbox
    .locator('section')
    .filter({ hasText: person.email })
    .filter({ hasText: 'A budget is' });
  await expect(mails).toHaveCount(1);
  await expect(mails).toContainText('A budget is at 100 percent');
  await outbox.close();

  await page.getByRole('button', { name: 'Change budget lean' }).click();
  await page.getByLabel('Amount a month, USD').fill('25');
  await page.getByRole('button', { name: 'Save budget' }).click();
  await expect(budget).toContainText('$25.00 a month');
  await expect(budget).not.toContainText('past');
  await page.getByRole('button', { name: 'Delete budget lean' }).click();
  await expect(page.getByText('Nobody has said what a month is meant to cost.')).toBeVisible();
});
