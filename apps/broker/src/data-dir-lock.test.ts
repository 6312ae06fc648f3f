import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDataDir } from './data-dir-lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-broker-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const statOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

test('one broker at a time, and the next when that one has let go', () => {
  const first = lockDataDir(directory);
  expect(lockDataDir(directory)).toMatchObject({
    ok: false,
    problem: expect.stringContaining(`process ${process.pid}`),
  });
  if (first.ok) first.release();
  expect(lockDataDir(directory).ok).toBe(true);
});

test('a broker that was killed is no obstacle, also while its entry waits for a parent that never asks', async () => {
  // The shell becomes a program that never waits for the child it has.
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const printed = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (data) => resolve(String(data))),
  );
  const pid = Number(printed);
  const started = statOf(pid)[19];
  await expect.poll(() => statOf(pid)[0]).toBe('Z');
  writeFileSync(join(directory, 'broker.lock'), `${pid} ${started}\n`);
  expect(lockDataDir(directory).ok).toBe(true);
  parent.kill('SIGKILL');
});

test.each([
  ['a file', () => join(directory, 'file')],
  ['below a file', () => join(directory, 'file', 'below')],
  ['where nothing can be made', () => '/proc/nothing-here'],
])('a directory that is %s is refused with a sentence', (_, pathOf) => {
  writeFileSync(join(directory, 'file'), '');
  const lock = lockDataDir(pathOf());
  expect(lock.ok ? '' : lock.problem).toMatch(/^The directory .* cannot be used: .*\. Choose another one\.$/);
});
