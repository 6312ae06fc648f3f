import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** A process that has a watchdog, tells it of a directory, and then waits to be killed. */
function campaign(directory: string, also: string): Promise<ChildProcess> {
  const module = JSON.stringify(join(import.meta.dirname, 'watchdog.ts'));
  const program = `
    import { Watchdog } from ${module};
    const watchdog = new Watchdog();
    watchdog.tell({ kind: 'made', directory: ${JSON.stringify(directory)} });
    ${also}
    setTimeout(() => console.log('told'), 500);
    setInterval(() => undefined, 1_000);
  `;
  const script = `${directory}.mjs`;
  writeFileSync(script, program);
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
}

test.each([
  ['what a campaign has made goes with it where it is killed', '', false],
  [
    'what it has said to be kept stays',
    "watchdog.tell({ kind: 'kept', directory: process.env.KEPT });",
    true,
  ],
])('%s', async (_, also, isKept) => {
  const parent = mkdtempSync(join(tmpdir(), 'weir-watchdog-'));
  const directory = join(parent, 'campaign');
  mkdirSync(join(directory, 'data'), { recursive: true });
  writeFileSync(join(directory, 'data', 'file'), 'records');
  const child = await campaign(directory, also.replace('process.env.KEPT', JSON.stringify(directory)));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  if (isKept) await new Promise((resolve) => setTimeout(resolve, 1_000));
  await expect.poll(() => existsSync(directory), { timeout: 10_000 }).toBe(isKept);
  rmSync(parent, { recursive: true, force: true });
});
