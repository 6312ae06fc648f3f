import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { commandOf, findListener, hasInEnvironment, identify, isSame } from './proc.ts';

test('a process is told from another, and from a later one with its number', async () => {
  const child = spawn('sleep', ['30'], { env: { ...process.env, WEIR_TRIAL: 'here' } });
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = identify(child.pid ?? -1);
  if (identity === null) throw new Error('a running process has an identity');
  expect(isSame(identity)).toBe(true);
  expect(isSame({ ...identity, startTicks: identity.startTicks - 1 })).toBe(false);
  expect(commandOf(identity.pid)).toBe('sleep 30');
  expect(hasInEnvironment(identity.pid, 'WEIR_TRIAL', 'here')).toBe(true);
  expect(hasInEnvironment(identity.pid, 'WEIR_TRIAL', 'her')).toBe(false);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(isSame(identity)).toBe(false);
});

test('finds who listens on a port', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  expect(findListener(port)?.pid).toBe(process.pid);
  await new Promise((resolve) => server.close(resolve));
  expect(findListener(port)).toBeNull();
});
