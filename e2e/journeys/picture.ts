import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** For people to look at, where the run was asked for them. */
export const picture = async (page: Page, name: string): Promise<void> => {
  const directory = process.env.WEIR_E2E_PICTURES;
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  for (const [look, colorScheme, width] of [
    ['light', 'light', 1280],
    ['dark', 'dark', 1280],
    ['narrow', 'light', 320],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(directory, `${name}-${look}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
};
