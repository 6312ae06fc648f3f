import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export const looks = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'narrow', colorScheme: 'light', width: 320 },
] as const;

/** Nothing that axe takes seriously, and nothing that sticks out to the side. */
export async function expectSound(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  await expectToFit(page);
}

async function expectToFit(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, 'the page scrolls sideways').toBeLessThanOrEqual(0);
}

/** One page in every look, without loading it again: colours in light and dark, and whether it fits at 320 px. */
export async function expectSoundInEveryLook(page: Page): Promise<void> {
  const [light, dark, narrow] = looks;
  await page.setViewportSize({ width: narrow.width, height: 900 });
  await expectToFit(page);
  await page.setViewportSize({ width: light.width, height: 900 });
  for (const { colorScheme } of [dark, light]) {
    await page.emulateMedia({ colorScheme });
    // Colours change over a moment.
    await page.evaluate(async () => {
      const transitions = document.getAnimations().filter((each) => each instanceof CSSTransition);
      await Promise.allSettled(transitions.map(({ finished }) => finished));
    });
    await expectSound(page);
  }
}
