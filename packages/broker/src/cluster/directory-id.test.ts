import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { Engine } from '../testing/engine-for-tests.ts';
import { directoryId } from './directory-id.ts';

function atDirectory() {
  const engine = new Engine();
  const random = { ...createSeededRandom(3), below: () => 0 };
  return {
    engine,
    idOf: (brokerId: number) => engine.run(directoryId({ disk: engine.disk, random }, brokerId)),
  };
}

test('a directory is named at its first start and keeps its name, also when the power goes', async () => {
  const { engine, idOf } = atDirectory();
  const id = await idOf(3);
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect((await engine.read('meta.properties')).toString()).toBe(
    `version=1\nnode.id=3\ndirectory.id=${id}\n`,
  );
  engine.disks.cutPower();
  expect(await idOf(3)).toBe(id);
});

test('a directory of another broker is refused, and one whose name cannot be read is not given another', async () => {
  const { engine, idOf } = atDirectory();
  await idOf(3);
  await expect(idOf(4)).rejects.toThrow('belongs to broker 3, and this is broker 4');
  for (const text of ['', 'version=1\n', 'version=1\nnode.id=3\ndirectory.id=short\n']) {
    await engine.write('meta.properties', Buffer.from(text));
    await expect(idOf(3)).rejects.toThrow('cannot be read');
  }
});
