import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOrphans, findOrphans, ownerVariable } from '../processes/orphans.ts';
import { identify, isSame } from '../processes/proc.ts';
import { DataLock } from './data-lock.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'weir-lock-')));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function startSleeper(env: Record<string, string> = {}) {
  const child = spawn('sleep', ['60'], { env: { ...process.env, ...env } });
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = identify(child.pid ?? -1);
  if (identity === null) throw new Error('a running process has an identity');
  return identity;
}

test('one launcher works on a data directory, and the next gets it when that one is gone', async () => {
  const { lock } = await DataLock.take(directory);
  lock.remember([]);
  await expect(DataLock.take(directory)).rejects.toThrow(
    `Weir already runs on ${directory} (process ${process.pid})`,
  );
  lock.stopping();
  const next = DataLock.take(directory);
  lock.release();
  (await next).lock.release();
});

test('what a launcher left running is found by its record and by its environment, and ended', async () => {
  const [recorded, marked, stranger] = await Promise.all([
    startSleeper(),
    startSleeper({ [ownerVariable]: directory }),
    startSleeper({ [ownerVariable]: `${directory}-other` }),
  ]);
  const first = await DataLock.take(directory);
  first.lock.remember([{ name: 'broker', pid: recorded.pid }]);
  const record = {
    launcher: recorded,
    isStopping: false,
    processes: [recorded, { ...stranger, startTicks: 1 }],
  };
  first.lock.release();
  writeFileSync(join(directory, 'launcher.json'), JSON.stringify(record));
  const { lock, left } = await DataLock.take(directory);
  const orphans = findOrphans(directory, left);
  expect(orphans.map((orphan) => orphan.pid).toSorted()).toEqual([recorded.pid, marked.pid].toSorted());
  await endOrphans(orphans);
  expect([recorded, marked, stranger].map(isSame)).toEqual([false, false, true]);
  process.kill(stranger.pid);
  lock.release();
});

test('a record that was cut short is no obstacle', async () => {
  writeFileSync(join(directory, 'launcher.json'), '{"launcher":{"pi');
  const { lock, left } = await DataLock.take(directory);
  expect(left).toEqual([]);
  lock.release();
});
