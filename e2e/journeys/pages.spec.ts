import { expect, test } from '@playwright/test';
import { createCluster, signUp } from './newcomer.ts';
import { expectSound, looks } from './sound.ts';

for (const look of looks) {
  test(`every page is sound in ${look.name}`, async ({ browser }) => {
    const context = await browser.newContext({
      colorScheme: look.colorScheme,
      viewport: { width: look.width, height: 900 },
    });
    const page = await context.newPage();
    for (const path of ['/sign-in', '/sign-up']) {
      await page.goto(path);
      await expectSound(page);
    }
    await signUp(page);
    await expectSound(page);
    const clusterId = await createCluster(page, 'W'.repeat(64));
    const paths = ['', '/topics', '/groups', '/keys', '/limits', '/settings'].map(
      (end) => `/clusters/${clusterId}${end}`,
    );
    for (const path of [
      ...paths,
      '/clusters',
      '/clusters/new',
      '/audit',
      '/billing',
      '/billing/webhooks',
      '/nothing-here',
    ]) {
      await page.goto(path);
      await page.getByRole('heading').first().waitFor();
      await expectSound(page);
    }
    await page.goto(`/clusters/${clusterId}/keys`);
    await page.getByRole('button', { name: 'Create key' }).click();
    await expectSound(page);
    await context.close();
  });
}

test('the keyboard alone goes to any cluster', async ({ page }) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'by-keyboard');
  await page.goto('/audit');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('by-keyboard topics');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/clusters/${clusterId}/topics$`));
});
