import { expect, test } from 'vitest';
import type { DiskFile } from '../deps.ts';
import { noFaults } from '../simulation/faults.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { DiskProbe } from './disk-probe.ts';

test('a disk that refuses is not sound, until it takes writes again', async () => {
  const engine = new Engine();
  const probe = new DiskProbe(engine);
  probe.start();
  await engine.pass(5_000);
  expect(probe.isSound).toBe(true);
  engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  await engine.pass(2_000);
  expect(probe.isSound).toBe(false);
  engine.disks.faults = noFaults;
  await engine.pass(2_000);
  expect([probe.isSound, engine.events]).toEqual([true, ['disk.unsound', 'disk.sound-again']]);
  probe.stop();
});

test('a disk that hangs is not sound, though it refuses nothing', async () => {
  const engine = new Engine();
  const hung: { go: () => void } = { go: () => undefined };
  const open = async (path: string): Promise<DiskFile> => {
    const whole = await engine.disk.open(path);
    return {
      ...whole,
      close: () => whole.close(),
      write: (...args) => whole.write(...args),
      sync: () => stalled,
    };
  };
  const stalled = new Promise<void>((resolve) => {
    hung.go = resolve;
  });
  const probe = new DiskProbe({
    ...engine,
    clock: engine.clock,
    log: engine.log,
    disk: { ...engine.disk, open },
  });
  probe.start();
  await engine.pass(2_000);
  expect(probe.isSound).toBe(true);
  await engine.pass(4_000);
  expect(probe.isSound).toBe(false);
  hung.go();
  await engine.pass(100);
  expect([probe.isSound, engine.events]).toEqual([true, ['disk.stalled']]);
  probe.stop();
});

test('the mark grows from life to life, and what is told of it has outlived a power cut', async () => {
  const engine = new Engine();
  const first = new DiskProbe(engine);
  expect([await engine.run(first.readMark()), first.mark]).toEqual([null, 0]);
  first.start();
  await engine.pass(3_500);
  first.stop();
  const left = first.mark;
  // As each registration does.
  await engine.run(engine.disk.syncDir(''));
  expect(left).toBeGreaterThan(1);
  // Killed in a probe: the mark of it is written, and in the memory of the system alone.
  const file = await engine.run(engine.disk.open('probe'));
  await engine.run(file.write([Buffer.from(`mark=${left + 1}\n`)], 0));
  const second = new DiskProbe(engine);
  expect(await engine.run(second.readMark())).toBe(left + 1);
  for (let cut = 0; cut < 5; cut += 1) engine.disks.cutPower();
  expect(await engine.run(new DiskProbe(engine).readMark())).toBe(left + 1);
  second.start();
  await engine.pass(1_500);
  expect(second.mark).toBeGreaterThan(left + 1);
  second.stop();
});
