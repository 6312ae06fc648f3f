import { constants, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createNodeDisk } from './node-disk.ts';

const root = mkdtempSync(join(tmpdir(), 'weir-disk-'));
const disk = createNodeDisk(root);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a read that comes after the file was closed is refused, though another file has its descriptor now', async () => {
  const one = await disk.open('one');
  await one.write([Buffer.from('one tenant')], 0);
  await one.close();
  const other = await disk.open('other');
  await other.write([Buffer.from('another one')], 0);
  await expect(one.read(Buffer.alloc(5), 0)).rejects.toThrow('closed');
  await expect(one.write([Buffer.from('x')], 0)).rejects.toThrow('closed');
  await other.close();
  expect(await disk.readWhole('other')).toEqual(Buffer.from('another one'));
});

test('closing waits for reads that are under way, which get what they asked for', async () => {
  const file = await disk.open('reads');
  await file.write([Buffer.alloc(1 << 20, 7)], 0);
  const targets = Array.from({ length: 20 }, () => Buffer.alloc(1 << 20));
  const reads = targets.map((target) => file.read(target, 0));
  await file.close();
  expect(await Promise.all(reads)).toEqual(targets.map(() => 1 << 20));
  expect(targets.every((target) => target.every((byte) => byte === 7))).toBe(true);
});

test('writes many buffers as one run of bytes, and reads as far as the file goes', async () => {
  const file = await disk.open('runs');
  const buffers = Array.from({ length: 900 }, (_, index) => Buffer.alloc(1 + (index % 70), index % 251));
  await file.write(buffers, 3);
  const target = Buffer.alloc(100_000);
  const filled = await file.read(target, 3);
  expect(target.subarray(0, filled).equals(Buffer.concat(buffers))).toBe(true);
  expect(await file.size()).toBe(3 + filled);
  await file.truncate(10);
  expect(await file.read(target, 0)).toBe(10);
  await file.close();
});

test('what is to be durable is written so by the kernel (O_DSYNC), and makes no file', async () => {
  await expect(disk.open('durable', 'durable')).rejects.toThrow('ENOENT');
  const plain = await disk.open('durable');
  const file = await disk.open('durable', 'durable');
  await file.write([Buffer.from('written')], 0);
  const flags = descriptorsOf(join(root, 'durable')).map((name) => {
    const [, octal] = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1')) ?? [];
    return Number.parseInt(octal ?? '', 8) & constants.O_DSYNC;
  });
  expect(flags.sort((one, other) => one - other)).toEqual([0, constants.O_DSYNC]);
  const target = Buffer.alloc(20);
  expect(target.subarray(0, await plain.read(target, 0)).toString()).toBe('written');
  await Promise.all([plain.close(), file.close()]);
});

function descriptorsOf(path: string): string[] {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      // The one that listed them is gone.
      return false;
    }
  });
}

test('a file is replaced in one step, a missing one is null, and removing what is not there is no error', async () => {
  await disk.replace('whole', Buffer.from('old'));
  await disk.replace('whole', Buffer.from('new'));
  expect(await disk.readWhole('whole')).toEqual(Buffer.from('new'));
  expect(await disk.readWhole('none')).toBeNull();
  await disk.makeDir('a/b/c');
  await disk.replace('a/b/c/file', Buffer.alloc(1));
  expect(await disk.list('a/b/c')).toEqual(['file']);
  await disk.remove('a');
  await disk.remove('a');
  expect(await disk.list('a/b/c')).toEqual([]);
  expect(await disk.list('whole')).toEqual([]);
});
