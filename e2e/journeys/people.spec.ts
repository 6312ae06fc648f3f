import { expect, type Page, test } from '@playwright/test';
import { totpOf } from '@weir/testing/totp';
import { linkFor } from './mailbox.ts';
import { newcomer, openSignInAsStranger, signUp, signUpAs } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

test('an address is confirmed and changed by links that were mailed, and a forgotten password set anew', async ({
  page,
}) => {
  const person = newcomer();
  await signUpAs(page, person);
  await page.goto(await linkFor(page, person.email, 'Confirm your e-mail address'));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByRole('link', { name: 'Go on' }).click();

  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Account' }).click();
  await expect(page.getByText('confirmed', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Change address' }).click();
  const newEmail = `new-${person.email}`;
  await page.getByLabel('New e-mail').fill(newEmail);
  await page.getByLabel('Your password').fill(person.password);
  await page.getByRole('button', { name: 'Mail a link to it' }).click();
  await page.goto(await linkFor(page, newEmail, 'Confirm your new e-mail address'));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await expect(page.getByRole('status')).toContainText('confirmed');

  const elsewhere = await page
    .context()
    .browser()
    ?.newContext({ baseURL: new URL(page.url()).origin });
  const other = await elsewhere?.newPage();
  if (!elsewhere || !other) throw new Error('no second browser');
  await other.goto('/sign-in');
  await other.getByRole('link', { name: 'Forgot your password?' }).click();
  await other.waitForURL('**/forgot-password');
  await other.getByLabel('E-mail').fill(newEmail);
  await other.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(other.getByRole('status')).toContainText('a mail is on its way');
  await other.goto(await linkFor(page, newEmail, 'Set a new password'));
  await other.getByLabel('New password').fill('another horse battery');
  await other.getByRole('button', { name: 'Set password' }).click();
  await other.getByRole('link', { name: 'Sign in' }).click();
  await other.getByLabel('E-mail').fill(newEmail);
  await other.getByLabel('Password').fill('another horse battery');
  await other.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.waitForURL('**/clusters');
  // The session from before the reset has ended.
  await page.goto('/clusters');
  await page.waitForURL('**/sign-in');

  await page.getByLabel('E-mail').fill(newEmail);
  await page.getByLabel('Password').fill('another horse battery');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/clusters');
  await page.goto('/account/sessions');
  await expect(page.getByRole('listitem').filter({ hasText: 'this one' })).toHaveCount(1);
  await page.getByRole('button', { name: /^End Chrome/ }).click();
  await expect(page.getByRole('button', { name: /^End Chrome/ })).toHaveCount(0);
  await other.goto('/clusters');
  await other.waitForURL('**/sign-in');
  await elsewhere.close();
});

test('a second factor signs in, a recovery code in its place, and a passkey in place of all', async ({
  page,
}) => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  const person = newcomer();
  await signUpAs(page, person);
  await page.goto(await linkFor(page, person.email, 'Confirm your e-mail address'));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Turn on' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill(person.password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(dialog.getByRole('img')).toBeVisible();
  await expectSoundInEveryLook(page);
  const otpauth = `otpauth://totp/x?secret=${await dialog.getByRole('code').textContent()}`;
  await dialog.getByLabel('Code', { exact: true }).fill(totpOf(otpauth, Date.now()));
  await dialog.getByRole('button', { name: 'Turn on' }).click();
  const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  await expectSoundInEveryLook(page);
  const recoveryCode = (await codes.first().textContent()) ?? '';
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('button', { name: 'Turn off' })).toBeVisible();

  const firstStep = async () => {
    await openSignInAsStranger(page);
    await page.getByLabel('E-mail').fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  };
  await firstStep();
  await expectSoundInEveryLook(page);
  // The code of the next step, since each is taken once.
  await page.getByLabel('Code').fill(totpOf(otpauth, Date.now() + 30_000));
  await page.keyboard.press('Enter');
  await page.waitForURL('**/clusters');
  await firstStep();
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(recoveryCode);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/clusters');

  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('My laptop');
  await page.getByLabel('Your password').fill(person.password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'My laptop' })).toContainText('not used yet');
  await expectSoundInEveryLook(page);

  const byPasskey = async () => {
    await openSignInAsStranger(page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  };
  await byPasskey();
  await page.waitForURL('**/clusters');
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Remove My laptop' }).click();
  await page.getByLabel('Type My laptop to confirm').fill('My laptop');
  await page.getByRole('button', { name: 'Remove passkey' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Remove My laptop' })).toHaveCount(0);
  await byPasskey();
  await expect(page.getByRole('alert').first()).toContainText('signs nobody in');
});

test('somebody is invited, joins, works in either organization, and is removed', async ({
  page,
  browser,
}) => {
  const confirm = async (of: Page, email: string) => {
    await of.goto(await linkFor(of, email, 'Confirm your e-mail address'));
    await of.getByRole('button', { name: 'Confirm this address' }).click();
    await of.getByRole('link', { name: 'Go on' }).waitFor();
  };
  const [owner, guest] = [newcomer(), newcomer()];
  await signUpAs(page, owner);
  await confirm(page, owner.email);
  await page.goto('/members');
  await page.getByLabel('E-mail').fill(guest.email);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Open invitations' })).toContainText(guest.email);
  await expectSoundInEveryLook(page);

  const elsewhere = await browser.newContext({ baseURL: new URL(page.url()).origin });
  const other = await elsewhere.newPage();
  await signUpAs(other, guest);
  await confirm(other, guest.email);
  await other.goto(await linkFor(other, guest.email, 'You are invited to an organization'));
  await other.getByRole('button', { name: 'Join' }).click();
  await other.getByRole('link', { name: 'Go on' }).click();
  await other.goto('/members');
  await expect(other.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(2);
  await other.getByRole('button', { name: /^Account of/ }).click();
  await other.getByRole('menuitemradio', { checked: false }).click();
  await other.waitForURL('**/clusters');
  await other.goto('/members');
  await expect(other.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(1);

  await page.reload();
  await page.getByRole('button', { name: `Remove ${guest.email}` }).click();
  await page.getByLabel(`Type ${guest.email} to confirm`).fill(guest.email);
  await page.getByRole('button', { name: 'Remove', exact: true }).last().click();
  await expect(page.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(1);
  await elsewhere.close();
});

test('the local outbox opens with its key and with nothing else', async ({ page }) => {
  await page.goto('/outbox');
  await page.getByLabel('Key').fill('a key that somebody has guessed');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('alert').first()).toContainText('not the key');
});

test('the pages about people are sound in every look', async ({ page }) => {
  for (const path of ['/verify-email', '/outbox', '/forgot-password', '/reset-password']) {
    await page.goto(path);
    await expectSoundInEveryLook(page);
  }
  await signUp(page);
  for (const path of ['/account', '/account/sessions']) {
    await page.goto(path);
    await expectSoundInEveryLook(page);
  }
  await page.goto('/account');
  await page.getByRole('button', { name: 'Change address' }).click();
  await expectSoundInEveryLook(page);
});
