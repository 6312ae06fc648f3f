import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';

/** The local outbox with the key that this stack was started with, in a page of its own. */
export async function openOutbox(page: Page): Promise<Page> {
  const file = join(process.env.WEIR_E2E_DIR ?? '', 'data', 'secrets', 'outbox-key');
  const outbox = await page.context().newPage();
  await outbox.goto(`/outbox#${readFileSync(file, 'utf8').trim()}`);
  return outbox;
}

/** Waits for the newest mail of that subject to an address, and returns where its link leads. */
export async function linkFor(page: Page, email: string, subject: string): Promise<string> {
  const outbox = await openOutbox(page);
  const mail = outbox.locator('section').filter({ hasText: email }).filter({ hasText: subject }).first();
  await expect(mail).toBeVisible();
  const link = await mail.getByRole('link').getAttribute('href');
  await outbox.close();
  return link ?? '';
}
