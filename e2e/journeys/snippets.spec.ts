import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { createCluster, createKey, signUp } from './newcomer.ts';

const run = promisify(execFile);

/** Each language's snippet as the page shows it, the program that it needs, and what it must print. */
const languages = [
  { tab: 'kcat', program: 'kcat', prints: 'Hello from kcat' },
  { tab: 'Node', program: 'npm', prints: 'Hello from Node' },
  { tab: 'KafkaJS', program: 'npm', prints: 'Hello from KafkaJS' },
  { tab: 'Python', program: 'python3', prints: 'Hello from Python' },
  { tab: 'Java', program: 'mvn', prints: 'Hello from Java' },
  { tab: 'Go', program: 'go', prints: 'Hello from Go' },
] as const;

for (const { tab, program, prints } of languages) {
  test(`the ${tab} snippet runs as it is`, async ({ page }) => {
    test.setTimeout(180_000);
    const isThere = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
    test.skip(!isThere, `${program} is not on this machine`);
    await signUp(page);
    await createCluster(page, `snippet-${tab.toLowerCase()}`);
    await createKey(page);
    await page.getByRole('tab', { name: tab, exact: true }).click();
    const snippet = await page.getByRole('region', { name: `${tab} snippet` }).textContent();
    const folder = mkdtempSync(join(tmpdir(), 'weir-snippet-'));
    const { stdout } = await run('bash', ['-euc', snippet ?? ''], { cwd: folder, timeout: 170_000 });
    expect(stdout).toContain(prints);
    await expect(page.getByTestId('first-message')).toHaveText(prints);
  });
}
