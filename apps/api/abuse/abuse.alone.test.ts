import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the short form finds nothing: no answer that is none, no failure of ours, no error of the quiet person', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--short'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk.toString();
  });
  child.stderr.on('data', (chunk) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(said).toContain('nothing was wrong');
  expect(code).toBe(0);
}, 180_000);
