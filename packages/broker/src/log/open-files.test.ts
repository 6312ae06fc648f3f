import { expect, test } from 'vitest';
import type { Disk, DiskFile, OpenHow } from '../deps.ts';
import { idleFileMsMax } from '../limits.ts';
import { noFaults } from '../simulation/faults.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { OpenFiles } from './open-files.ts';

/** A disk that counts its open descriptors, and what is closed while it is not synced. */
function counted(disk: Disk) {
  const seen = {
    open: 0,
    openMax: 0,
    closedUnsynced: 0,
    syncFails: false,
    syncing: 0,
    syncingMax: 0,
    synced: 0,
  };
  const open = async (path: string, how?: OpenHow): Promise<DiskFile> => {
    seen.open += 1;
    seen.openMax = Math.max(seen.openMax, seen.open);
    const file = await disk.open(path, how);
    let isUnsynced = false;
    return {
      size: () => file.size(),
      read: (target, position) => file.read(target, position),
      truncate: (size) => file.truncate(size),
      write: (buffers, position) => {
        isUnsynced = how !== 'durable';
        return file.write(buffers, position);
      },
      sync: async () => {
        if (seen.syncFails) throw new Error('EIO');
        seen.syncing += 1;
        seen.syncingMax = Math.max(seen.syncingMax, seen.syncing);
        await file.sync().finally(() => {
          seen.syncing -= 1;
        });
        seen.synced += 1;
        isUnsynced = false;
      },
      close: async () => {
        if (isUnsynced) seen.closedUnsynced += 1;
        await file.close();
        seen.open -= 1;
      },
    };
  };
  return { disk: { open }, seen };
}

function few(descriptorsMax: number) {
  const engine = new Engine();
  const { disk, seen } = counted(engine.disk);
  return { engine, seen, files: new OpenFiles(disk, engine.log, descriptorsMax, engine.clock) };
}

const text = (index: number) => Buffer.from(`file ${index}`);

test('a thousand files are written and read with eight descriptors, and none is closed with bytes unsynced', async () => {
  const { engine, seen, files } = few(8);
  const work = Array.from({ length: 1_000 }, async (_, index) => {
    const file = await files.open(`a/${index}`);
    await file.write([text(index)], 0);
    return file;
  });
  const opened = await engine.run(Promise.all(work));
  const read = await engine.run(
    Promise.all(
      opened.map(async (file) => {
        const target = Buffer.alloc(20);
        return target.subarray(0, await file.read(target, 0)).toString();
      }),
    ),
  );
  expect(read).toEqual(opened.map((_, index) => `file ${index}`));
  expect(seen).toMatchObject({ openMax: 8, closedUnsynced: 0 });
  await engine.run(Promise.all(opened.map((file) => file.close())));
  expect([seen.open, files.descriptors]).toEqual([0, 0]);
});

test('of idle files the longest idle gives its descriptor', async () => {
  const { engine, seen, files } = few(2);
  const first = await engine.run(files.open('a/1'));
  const second = await engine.run(files.open('a/2'));
  await engine.run(first.size());
  await engine.run(files.open('a/3'));
  const opensBefore = seen.openMax;
  const began = engine.world.steps;
  await engine.run(first.size());
  const stepsOfOpen = engine.world.steps - began;
  await engine.run(second.size());
  expect(opensBefore).toBe(2);
  // An open file is asked in one step; one that must be opened again takes more.
  expect(stepsOfOpen).toBe(1);
});

test('what is under way is never cut: who needs a descriptor waits', async () => {
  const { engine, seen, files } = few(1);
  const file = await engine.run(files.open('a/1'));
  const write = file.write([text(1)], 0);
  const other = files.open('a/2');
  await engine.run(Promise.all([write, other]));
  const target = Buffer.alloc(20);
  const length = await engine.run(file.read(target, 0));
  expect(target.subarray(0, length)).toEqual(text(1));
  expect(seen).toMatchObject({ openMax: 1, closedUnsynced: 0 });
});

test('a sync that fails on the way out is told to the next write and the next sync, and to no read', async () => {
  const { engine, seen, files } = few(1);
  const file = await engine.run(files.open('a/1'));
  await engine.run(file.write([text(1)], 0));
  seen.syncFails = true;
  const other = await engine.run(files.open('a/2'));
  seen.syncFails = false;
  await expect(engine.run(file.write([text(2)], 0))).rejects.toThrow('an earlier sync failed');
  await expect(engine.run(file.sync())).rejects.toThrow('an earlier sync failed');
  expect(await engine.run(file.read(Buffer.alloc(20), 0))).toBe(6);
  await engine.run(Promise.all([file.close(), other.close()]));
  expect(files.descriptors).toBe(0);
});

test('a file whose writes are durable leaves without a sync, comes back as such, and a write that failed is its last', async () => {
  const { engine, seen, files } = few(1);
  await engine.run((await engine.run(files.open('a/1'))).close());
  const file = await engine.run(files.open('a/1', 'durable'));
  for (const index of [1, 2]) {
    await engine.run(file.write([text(index)], 0));
    const other = await engine.run(files.open('a/2'));
    await engine.run(other.close());
  }
  expect([seen.synced, seen.openMax]).toEqual([0, 1]);
  engine.disks.cutPower();
  expect(await engine.read('a/1')).toEqual(text(2));
  engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  await expect(engine.run(file.write([text(3)], 0))).rejects.toThrow('simulated sync error');
  engine.disks.faults = noFaults;
  await expect(engine.run(file.write([text(4)], 0))).rejects.toThrow('an earlier sync failed');
});

test('of two that sync a file at once both hear of a failure: the kernel tells it once', async () => {
  const { engine, seen, files } = few(1);
  const file = await engine.run(files.open('a/1'));
  await engine.run(file.write([text(1)], 0));
  engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  const first = file.sync();
  const second = file.sync();
  first.catch(() => {
    engine.disks.faults = noFaults;
  });
  await expect(engine.run(Promise.allSettled([first, second]))).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(seen.syncingMax).toBe(1);
  await engine.run(file.close());
});

test('a file that is gone is not made anew by opening it again', async () => {
  const { engine, files } = few(1);
  const file = await engine.run(files.open('a/1'));
  await engine.run(files.open('a/2'));
  await engine.run(engine.disk.remove('a/1'));
  await expect(engine.run(file.size())).rejects.toThrow('ENOENT');
  expect(await engine.list('a')).toEqual(['2']);
  await engine.run(files.open('a/3'));
  expect(files.descriptors).toBe(1);
});

test('a file that cannot be opened takes no descriptor', async () => {
  const { engine, files } = few(1);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await expect(engine.run(files.open('a/none', 'existing'))).rejects.toThrow('ENOENT');
  }
  expect(files.descriptors).toBe(0);
});

test('files that are not busy hold no descriptors, and lose nothing by it', async () => {
  const { engine, seen, files } = few(100_000);
  const open = [];
  for (let index = 0; index < 1_000; index += 1) {
    const file = await engine.run(files.open(`file-${index}`));
    await engine.run(file.write([text(index)], 0));
    open.push(file);
  }
  expect(seen.open).toBe(1_000);
  const [busy] = open;
  for (let at = 0; at < 20; at += 1) {
    await engine.pass(idleFileMsMax / 3);
    await engine.run(busy?.size() ?? Promise.resolve(0));
  }
  expect([seen.open, seen.closedUnsynced]).toEqual([1, 0]);
  const target = Buffer.alloc(8);
  expect(await engine.run(open[999]?.read(target, 0) ?? Promise.resolve(0))).toBe(8);
  expect(target).toEqual(text(999).subarray(0, 8));
});
