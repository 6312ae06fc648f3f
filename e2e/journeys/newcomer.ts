import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';

/** A person whom nobody knows yet. */
export function newcomer() {
  const id = randomUUID().slice(0, 8);
  return { name: 'Ada Lovelace', email: `ada-${id}@example.com`, password: 'correct horse battery' };
}

/** Signs a new person up, through the form. Ends on the page of clusters. */
export function signUp(page: Page): Promise<void> {
  return signUpAs(page, newcomer());
}

export async function signUpAs(page: Page, person: ReturnType<typeof newcomer>): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/clusters');
}

/**
 * Forgets who the browser is and opens the page to sign in. The page that is open is left first: one that still asks
 * for something would be told that nobody is signed in, and go to the same page while this does.
 */
export async function openSignInAsStranger(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.goto('/sign-in');
}

/** Names a cluster and waits for its page; returns the cluster's id. */
export async function createCluster(page: Page, name: string): Promise<string> {
  await page.goto('/clusters/new');
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create cluster' }).click();
  await page.waitForURL(/\/clusters\/lkc-/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

export interface Key {
  readonly keyId: string;
  readonly secret: string;
}

/** Makes a key on the cluster's page and reads what is shown once. */
export async function createKey(page: Page): Promise<Key> {
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByText('This is the only time').waitFor();
  const keyId = await page.locator('dt:text-is("API key") + dd code').textContent();
  const secret = await page.locator('dt:text-is("Secret") + dd code').textContent();
  return { keyId: keyId ?? '', secret: secret ?? '' };
}
