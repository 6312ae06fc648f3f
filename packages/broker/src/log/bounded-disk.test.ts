import { expect, test } from 'vitest';
import { engineBounds } from '../engine-bounds.ts';
import { wholeFileOperationsMax, wholeFileOperationsPerClusterMax } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { boundDisk } from './bounded-disk.ts';

test('a cluster’s reads never wait for all those of another, never take all places, and hold up no write', async () => {
  const engine = new Engine();
  const underWay = { reads: 0, most: 0 };
  const order: string[] = [];
  const open: typeof engine.disk.open = async (path, how) => {
    const file = await engine.disk.open(path, how);
    return {
      ...file,
      read: async (target, position) => {
        underWay.reads += 1;
        underWay.most = Math.max(underWay.most, underWay.reads);
        const filled = await file.read(target, position);
        underWay.reads -= 1;
        order.push(path);
        return filled;
      },
    };
  };
  const disk = boundDisk(
    { ...engine.disk, open },
    engine.log,
    { ...engineBounds, coldReadsMax: 4 },
    engine.clock,
  );
  const [busy, quiet] = await engine.run(
    Promise.all([disk.open('busy/t/0.log'), disk.open('quiet/t/0.log')]),
  );
  if (busy === undefined || quiet === undefined) throw new Error('two files were opened');
  const reads = Array.from({ length: 200 }, () => busy.read(Buffer.alloc(1), 0));
  const write = quiet.write([Buffer.from('x')], 0).then(() => quiet.sync());
  const written = write.then(() => order.length);
  const one = quiet.read(Buffer.alloc(1), 0);
  // Half of the places, whoever asks first.
  expect(underWay.reads).toBe(3);
  await engine.run(Promise.all([...reads, one, write]));
  expect(underWay.most).toBeLessThanOrEqual(4);
  expect(order.indexOf('quiet/t/0.log')).toBeLessThan(10);
  expect(await written).toBeLessThan(100);
});

test('a cluster that writes to thousands of files keeps another’s write waiting for one of them', async () => {
  const engine = new Engine();
  const order: string[] = [];
  const open: typeof engine.disk.open = async (path, how) => {
    const file = await engine.disk.open(path, how);
    const noted = async (work: Promise<void>) => {
      await work;
      order.push(path);
    };
    return {
      ...file,
      write: (buffers, position) => noted(file.write(buffers, position)),
      sync: () => noted(file.sync()),
    };
  };
  const bounds = { ...engineBounds, writesAtOnceMax: 4 };
  const disk = boundDisk({ ...engine.disk, open }, engine.log, bounds, engine.clock);
  const busy = await engine.run(
    Promise.all(Array.from({ length: 500 }, (_, index) => disk.open(`busy/t/${index}.log`))),
  );
  const quiet = await engine.run(disk.open('quiet/t/0.log'));
  const written = async (file: typeof quiet) => {
    await file.write([Buffer.from('x')], 0);
    await file.sync();
  };
  const all = busy.map(written);
  await engine.run(Promise.all([...all, written(quiet)]));
  const places = order.flatMap((path, at) => (path.startsWith('quiet') ? [at] : []));
  expect(order).toHaveLength(1_002);
  expect(places[0]).toBeLessThan(20);
  expect((places[1] ?? 0) - (places[0] ?? 0)).toBeLessThan(20);
});

test('work on whole files has so many descriptors at once, and a cluster half of them', async () => {
  const engine = new Engine();
  const underWay = { all: 0, most: 0 };
  const readWhole = async (path: string) => {
    underWay.all += 1;
    underWay.most = Math.max(underWay.most, underWay.all);
    const bytes = await engine.disk.readWhole(path);
    underWay.all -= 1;
    return bytes;
  };
  const disk = boundDisk({ ...engine.disk, readWhole }, engine.log, engineBounds, engine.clock);
  const ofOne = Array.from({ length: 500 }, (_, index) => disk.readWhole(`a/${index}`));
  expect(underWay.all).toBe(wholeFileOperationsPerClusterMax);
  const others = Array.from({ length: 500 }, (_, index) => disk.readWhole(`${index}/x`));
  await engine.run(Promise.all([...ofOne, ...others]));
  expect(underWay.most).toBe(wholeFileOperationsMax);
});
