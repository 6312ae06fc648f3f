import { expect, type Page, test } from '@playwright/test';
import { linkFor } from './mailbox.ts';
import { createCluster, newcomer, signUpAs } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSoundInEveryLook } from './sound.ts';

const confirm = async (page: Page, email: string) => {
  await page.goto(await linkFor(page, email, 'Confirm your e-mail address'));
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByRole('link', { name: 'Go on' }).waitFor();
};

test('somebody is given a role, does what it allows and is offered nothing else, and loses it', async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  const [owner, guest] = [newcomer(), { ...newcomer(), name: 'Grace Hopper' }];
  await signUpAs(page, owner);
  await confirm(page, owner.email);
  const clusterId = await createCluster(page, 'shop');
  await page.goto('/members');
  await page.getByLabel('E-mail').fill(guest.email);
  await page.getByLabel('Role').selectOption({ label: 'No role yet' });
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Open invitations' })).toContainText('No role');
  await picture(page, 'members');

  const elsewhere = await browser.newContext({ baseURL: new URL(page.url()).origin });
  const other = await elsewhere.newPage();
  await signUpAs(other, guest);
  await confirm(other, guest.email);
  await other.goto(await linkFor(other, guest.email, 'You are invited to an organization'));
  await other.getByRole('button', { name: 'Join' }).click();
  await other.getByRole('link', { name: 'Go on' }).click();
  await expect(other.getByRole('heading', { name: 'No clusters for you yet' })).toBeVisible();
  await expectSoundInEveryLook(other);
  await picture(other, 'no-role');
  await expect(other.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await other.goto('/access');
  await expect(other.getByText('You have no role in this organization yet')).toBeVisible();

  await page.goto('/access');
  await page.getByRole('button', { name: 'Give a role' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('On', { exact: true }).selectOption({ label: 'shop' });
  await dialog.getByLabel('In it').selectOption({ label: 'Topics' });
  await dialog.getByLabel('Name').fill('orders-');
  await dialog.getByLabel('Role').selectOption('DeveloperRead');
  await expect(dialog.getByText('Reads records, and joins consumer groups.')).toBeVisible();
  await dialog.getByLabel('To', { exact: true }).selectOption({ label: `${guest.name} (${guest.email})` });
  await expectSoundInEveryLook(page);
  await picture(page, 'give-a-role');
  await dialog.getByRole('button', { name: 'Give role' }).click();
  const binding = page.getByRole('list', { name: guest.name }).getByRole('listitem');
  await expect(binding).toContainText('DeveloperRead on Topics orders-… in cluster shop');
  await page.getByRole('button', { name: 'By what' }).click();
  await expect(page.getByRole('list', { name: 'Topics orders-… in cluster shop' })).toContainText(guest.name);
  await page.getByRole('button', { name: 'By who' }).click();
  await page.getByLabel('Filter role bindings').fill('hopper');
  await expect(page.getByRole('button', { name: /^Take DeveloperRead/ })).toHaveCount(1);
  await expectSoundInEveryLook(page);
  await page.getByLabel('Filter role bindings').fill('');
  await picture(page, 'access');
  await page.goto('/members');
  await expect(page.getByRole('list', { name: 'Members' })).toContainText('DeveloperRead');

  await other.goto('/clusters');
  await other.getByRole('link', { name: 'shop' }).click();
  await expect(other.getByRole('heading', { name: 'shop', exact: true })).toBeVisible();
  await expect(other.getByRole('heading', { name: 'Connect a client' })).toBeVisible();
  await other.goto(`/clusters/${clusterId}/settings`);
  await expect(other.getByText('Your roles do not include changing or deleting')).toBeVisible();
  await expect(other.getByRole('button', { name: /Delete/ })).toHaveCount(0);
  await expectSoundInEveryLook(other);
  await other.goto('/access');
  await expect(other.getByText('Only who administers it can take it away.')).toBeVisible();
  await expect(other.getByRole('button', { name: 'Give a role' })).toHaveCount(0);
  await picture(other, 'access-of-a-developer');
  await other.goto('/clusters');
  await expect(other.getByRole('link', { name: 'Create cluster' })).toHaveCount(0);

  await page.goto('/access');
  await page.getByRole('button', { name: /^Take DeveloperRead/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take away' }).click();
  // What lies behind an open dialog counts as not there.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('list', { name: guest.name })).toHaveCount(0);
  await other.goto(`/clusters/${clusterId}`);
  await expect(other.getByRole('heading', { name: 'shop', exact: true })).toHaveCount(0);
  await elsewhere.close();
});
