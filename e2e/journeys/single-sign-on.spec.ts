import { expect, test } from '@playwright/test';
import { startTestDns, type TestDns } from '@weir/testing/dns-for-tests';
import {
  startTestIdentityProvider,
  type TestIdentityProvider,
} from '@weir/testing/identity-provider-for-tests';
import { consoleUrl, ports } from '../addresses.ts';
import { newcomer, openSignInAsStranger, signUp, signUpAs } from './newcomer.ts';
import { expectSound, expectSoundInEveryLook } from './sound.ts';

let dns: TestDns;
let provider: TestIdentityProvider;
test.beforeAll(async () => {
  dns = await startTestDns(ports.dns);
  provider = await startTestIdentityProvider({ redirectUris: [`${consoleUrl}/sign-in/sso`] });
});
test.afterAll(async () => {
  await provider.stop();
  await dns.stop();
});

test('an organization sets up its identity provider, and its people sign in by it', async ({ page }) => {
  const domain = `d${crypto.randomUUID().slice(0, 8)}.example`;
  await signUp(page);
  await page.goto('/members');
  await page.getByRole('link', { name: 'Single sign-on' }).click();
  await page.getByLabel('Domain', { exact: true }).fill(domain);
  await page.getByRole('button', { name: 'Add domain' }).click();
  const row = page.getByRole('list', { name: 'Domains' }).getByRole('listitem');
  const parts = row.locator('dd code');
  await expect(parts).toHaveCount(2);
  const [name, value] = await parts.allTextContents();
  await page.getByRole('button', { name: 'Look in DNS' }).click();
  await expect(row.getByRole('alert')).toContainText('DNS has no TXT record');
  dns.records.set(name ?? '', [value ?? '']);
  await page.getByRole('button', { name: 'Look in DNS' }).click();
  await expect(row.getByText('proved', { exact: true })).toBeVisible();

  await page.getByLabel('Issuer').fill('https://127.0.0.1:1/nobody');
  await page.getByLabel('Client id').fill(provider.clientId);
  await page.getByLabel('Client secret').fill(provider.clientSecret);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'issuer' })).toBeVisible();
  await page.getByLabel('Issuer').fill(provider.issuer);
  await page.getByLabel('Client secret').fill(provider.clientSecret);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('the provider answered')).toBeVisible();
  await expect(page.getByLabel('Client secret')).toHaveValue('');
  await page.getByLabel('Name', { exact: true }).fill('Engineers');
  await page.getByLabel('Groups at the provider').fill('eng, ops');
  await page.getByRole('button', { name: 'Add groups' }).click();
  await expect(page.getByText('"eng" in groups || "ops" in groups')).toBeVisible();
  await page.getByRole('button', { name: 'Require single sign-on' }).click();
  await expect(page.getByText('Sign in by single sign-on once first')).toBeVisible();
  await expectSoundInEveryLook(page);

  provider.people.set('sol', { email: `sol@${domain}`, name: 'Sol Bauer', groups: ['eng'] });
  await openSignInAsStranger(page);
  await page.getByLabel('E-mail').fill(`sol@${domain}`);
  await page.getByRole('button', { name: 'Sign in with single sign-on' }).click();
  await page.getByLabel('Who are you?').selectOption('sol');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForURL('**/clusters');
  await expect(page.getByRole('button', { name: 'Account of Sol Bauer' })).toBeVisible();

  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.goto('/sign-in/sso?code=somebodys&state=somewhere');
  await expect(page.getByText('Begin it again')).toBeVisible();
  expect(new URL(page.url()).search).toBe('');
  await expectSound(page);
});

test('an account is deleted by its owner, who is told what goes with it', async ({ page }) => {
  const person = newcomer();
  await signUpAs(page, person);
  await page.goto('/account');
  await page.getByRole('button', { name: 'Delete account' }).click();
  await expect(page.getByRole('list', { name: 'Your organizations' })).toContainText('goes with you');
  await expectSoundInEveryLook(page);
  await page.getByLabel('Your password').fill(person.password);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.waitForURL('**/account-deleted');
  await expectSound(page);
  await page.goto('/clusters');
  await page.waitForURL('**/sign-in');
});
