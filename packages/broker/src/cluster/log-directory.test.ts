import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { LogDirectory } from './log-directory.ts';
import { missingReplicas, tellMissing } from './missing-replicas.ts';

function atDirectory() {
  const engine = new Engine();
  const random = { ...createSeededRandom(3), below: () => 0 };
  const open = (brokerId: number) => engine.run(LogDirectory.open({ disk: engine.disk, random }, brokerId));
  return { engine, open };
}

test('a directory is named at its first start and keeps its name, also when the power goes', async () => {
  const { engine, open } = atDirectory();
  const { id } = await open(3);
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect((await engine.read('meta.properties')).toString()).toBe(
    `version=1\nnode.id=3\ndirectory.id=${id}\nboot.epoch=0\nregistrations=0\n`,
  );
  engine.disks.cutPower();
  expect((await open(3)).id).toBe(id);
});

test('it knows which life may have begun in it last, whatever became of the answer', async () => {
  const { engine, open } = atDirectory();
  const first = await open(3);
  expect(first.lastBootEpochMax).toBe(0);
  await engine.run(first.registering());
  engine.disks.cutPower();
  const second = await open(3);
  expect(second.lastBootEpochMax).toBe(1);
  await engine.run(second.registering());
  await engine.run(second.registered(2, null));
  engine.disks.cutPower();
  expect((await open(3)).lastBootEpochMax).toBe(2);
});

test('one from before lives were noted does not say which it has seen, until the next', async () => {
  const { engine, open } = atDirectory();
  const id = 'ZGlyZWN0b3J5IG9mIG9uZQ';
  await engine.write('meta.properties', Buffer.from(`version=1\nnode.id=3\ndirectory.id=${id}\n`));
  const old = await open(3);
  expect([old.id, old.lastBootEpochMax]).toEqual([id, null]);
  await engine.run(old.registering());
  await engine.run(old.registered(7, null));
  expect((await open(3)).lastBootEpochMax).toBe(7);
});

test('what was acknowledged before it was on the disk is lost with the machine, not with the process, nor after a stop', async () => {
  const { engine, open } = atDirectory();
  const first = await open(3);
  await engine.run(first.registered(1, 'boot-1'));
  const killed = await open(3);
  expect(['boot-1', 'boot-2', null].map((boot) => killed.hasLostWrites(boot))).toEqual([false, true, false]);
  await engine.run(killed.registered(2, 'boot-1'));
  await engine.run(killed.synced());
  expect((await open(3)).hasLostWrites('boot-2')).toBe(false);
  await engine.run(killed.registered(3, null));
  expect((await open(3)).hasLostWrites('boot-2')).toBe(false);
});

test('a directory of another broker is refused, and one whose name cannot be read is not given another', async () => {
  const { engine, open } = atDirectory();
  await open(3);
  await expect(open(4)).rejects.toThrow('belongs to broker 3, and this is broker 4');
  for (const text of ['', 'version=1\n', 'version=1\nnode.id=3\ndirectory.id=short\n']) {
    await engine.write('meta.properties', Buffer.from(text));
    await expect(open(3)).rejects.toThrow('cannot be read');
  }
});

test('a replica of which something was committed is missing when its log is not there', async () => {
  const { engine } = atDirectory();
  const dirOf = (index: number) => `lkc-a/ZGlyZWN0b3J5IG9mIG9uZQ-${index}`;
  await engine.run(engine.disk.makeDir(dirOf(0)));
  await engine.write(`${dirOf(0)}/00000000000000000000.log`, Buffer.alloc(1));
  await engine.run(engine.disk.makeDir(dirOf(1)));
  const found = await engine.run(missingReplicas(engine, [0, 1, 2].map(dirOf)));
  expect(found.map(({ partition }) => partition).toSorted()).toEqual([1, 2]);
  // Only the cell can tell whether it is to be here, or was moved away.
  expect(engine.events).toEqual([]);
  const hosts = { findPartition: (_: string, index: number) => (index === 1 ? {} : null) };
  tellMissing(engine.log, hosts, found);
  expect(engine.lines).toEqual([{ event: 'partition.missing', fields: { dir: dirOf(1) } }]);
});
