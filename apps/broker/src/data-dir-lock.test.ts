import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockDataDir } from './data-dir-lock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-broker-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('one broker at a time, and the next when that one has let go', () => {
  const first = lockDataDir(directory);
  expect(lockDataDir(directory)).toMatchObject({
    ok: false,
    problem: expect.stringContaining(`process ${process.pid}`),
  });
  if (first.ok) first.release();
  expect(lockDataDir(directory).ok).toBe(true);
});

/** A process of its own that locks the directory, in another pid namespace where `inNamespace` says so, and stays. */
async function otherBroker(inNamespace: boolean): Promise<{ said: string; end: () => Promise<unknown> }> {
  const program = `
    import { lockDataDir } from '${new URL('./data-dir-lock.ts', import.meta.url).href}';
    const lock = lockDataDir(process.argv[1]);
    process.stdout.write(lock.ok ? 'locked' : lock.problem);
    setInterval(() => undefined, 1_000);`;
  const node = [process.execPath, '--input-type=module', '--eval', program, directory];
  const namespaces = ['unshare', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [command = '', ...args] = inNamespace ? [...namespaces, ...node] : node;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const said = await Promise.race([
    once(child.stdout, 'data').then(([data]) => String(data)),
    ended.then(([code]) => `ended with ${code}`),
  ]);
  return {
    said,
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

test('a broker that was killed is no obstacle, and one that lives is, whichever process its file names', async () => {
  const other = await otherBroker(false);
  expect(other.said).toBe('locked');
  writeFileSync(join(directory, 'broker.lock'), '1 1\n');
  expect(lockDataDir(directory).ok).toBe(false);
  await other.end();
  expect(lockDataDir(directory).ok).toBe(true);
});

test('without flock(1) the process that the file names is asked for, and a warning says what that does not see', () => {
  vi.stubEnv('PATH', directory);
  const first = lockDataDir(directory);
  expect(first).toMatchObject({ ok: true, warning: expect.stringContaining('util-linux') });
  expect(lockDataDir(directory).ok).toBe(false);
  if (first.ok) first.release();
  writeFileSync(join(directory, 'broker.lock'), `${process.pid} 1\n`);
  expect(lockDataDir(directory).ok).toBe(true);
  vi.unstubAllEnvs();
});

const mayUnshare = spawnSync('unshare', ['--map-root-user', '--pid', '--fork', 'true']).status === 0;

test.skipIf(!mayUnshare)('a container that does not see the process is kept out, and keeps out', async () => {
  const first = await otherBroker(true);
  expect(first.said).toBe('locked');
  expect(lockDataDir(directory).ok).toBe(false);
  const second = await otherBroker(true);
  expect(second.said).toContain('Another broker');
  await Promise.all([first.end(), second.end()]);
  // The kernel ends a namespace with its first process, soon.
  await expect.poll(() => lockDataDir(directory).ok).toBe(true);
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
