import { pbkdf2Sync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { validateBatch } from '@weir/kafka-protocol/record-batch';
import { expect, test } from 'vitest';
import { bomb } from '../testing/bomb-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { createNodeWorkers } from './node-workers.ts';
import { WorkerPool } from './worker-pool.ts';

const workers = createNodeWorkers();
const mebibyte = 1024 * 1024;

test('ten kilobytes that hold a hundred megabytes are given up at the bound, and looked into without the main thread', async () => {
  const batch = bomb(14_900_000);
  expect(batch.length).toBeLessThan(12_000);
  expect(validateBatch(batch, 0, batch.length)).toBe('NONE');
  const find = { kind: 'at', timestamp: Number.MAX_SAFE_INTEGER, fromOffset: 0 } as const;
  const bounded = await workers.records('a', { batch, find, plainBytesMax: 16 * mebibyte });
  expect(bounded).toEqual({ kind: 'too-large' });
  const state = { isDone: false, turns: 0 };
  const answer = workers.records('a', { batch, find, plainBytesMax: 128 * mebibyte }).finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    state.turns += 1;
  }
  expect(await answer).toEqual({ kind: 'none' });
  expect(state.turns).toBeGreaterThan(10);
});

test('finds the first record at or after a time, and the first without a key', async () => {
  const batch = batchOf({ count: 10, timestamp: 1_000, baseOffset: 50 });
  const task = { batch, plainBytesMax: mebibyte };
  const found = { kind: 'found', offset: 54, timestamp: 1_004, isKeyless: false };
  const keyless = { kind: 'unfit', isKeyless: true, times: null } as const;
  expect(
    await workers.records('a', { ...task, find: { kind: 'at', timestamp: 1_004, fromOffset: 0 } }),
  ).toEqual(found);
  expect(await workers.records('a', { ...task, find: keyless })).toEqual({ kind: 'none' });
  const ofBomb = { batch: bomb(3), find: keyless, plainBytesMax: mebibyte };
  expect(await workers.records('a', ofBomb)).toMatchObject({ kind: 'found', offset: 0 });
});

test('derives the key that the platform derives', async () => {
  const derivation = {
    secret: 'pencil',
    salt: Buffer.from('salt'),
    iterations: 4096,
    bytes: 32,
    digest: 'sha256' as const,
  };
  const expected = pbkdf2Sync('pencil', 'salt', 4096, 32, 'sha256');
  expect(await workers.deriveKey('192.0.2.1', derivation)).toEqual(expected);
});

test('a job that takes too long is given up, and the next one has a new thread', async () => {
  const pool = new WorkerPool({ threadsMax: 1, jobMsMax: 1_000, resourceLimits: {} });
  const key = (iterations: number) =>
    pool.run({
      kind: 'key',
      derivation: { secret: '', salt: Buffer.alloc(1), iterations, bytes: 8, digest: 'sha256' },
    });
  await expect(key(8_000_000)).rejects.toThrow('more than 1000 ms');
  expect((await key(1)).kind).toBe('key');
  expect((await key(1)).kind).toBe('key');
}, 30_000);

test.runIf(existsSync('/proc/self/task'))('threads step back behind those that serve everybody', async () => {
  const salt = Buffer.from('salt');
  await workers.deriveKey('a', { secret: 'secret', salt, iterations: 1, bytes: 32, digest: 'sha256' });
  // Field 19 of a thread's stat is its nice value (proc(5)); the name before it may hold spaces.
  const niceOf = (thread: string) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16]);
  const values = readdirSync('/proc/self/task').map(niceOf);
  expect(niceOf(String(process.pid))).toBeLessThan(10);
  expect(values.filter((value) => value >= 10).length).toBeGreaterThan(0);
});
