import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { strayDirectoryMs } from '../limits.ts';
import { createNodeDisk } from '../node-deps/node-disk.ts';
import { Vacating } from '../partition/vacating.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { putStrayAside } from './stray-directories.ts';

const topic = (letter: string) => letter.repeat(22);

const depsOf = ({ clock, disk, log }: Engine, vacating = new Vacating(log)) => ({
  clock,
  disk,
  log,
  vacating,
});

const nothingKnown = { isKnown: () => false, hasCluster: () => false, isOver: () => false };

async function withDirectories(...dirs: string[]): Promise<Engine> {
  const engine = new Engine();
  for (const dir of dirs) await engine.write(`${dir}/00000000000000000000.log`, Buffer.from(dir));
  return engine;
}

test('directories that no topic has are put aside with all that is in them, and no other is touched', async () => {
  const kept = [`lkc-a/${topic('A')}-0`, `lkc-a/${topic('A')}-1`];
  const stray = [`lkc-a/${topic('B')}-0`, `lkc-gone/${topic('C')}-12`];
  const engine = await withDirectories(...kept, ...stray, 'lkc-a/something-else', 'cell/notes');
  await engine.write('decoy-key', Buffer.alloc(32));
  const isKnown = (cluster: string, id: string, index: number) => kept.includes(`${cluster}/${id}-${index}`);
  await engine.run(putStrayAside(depsOf(engine), { ...nothingKnown, isKnown }));
  expect((await engine.list('lkc-a')).toSorted()).toEqual(
    [`${topic('A')}-0`, `${topic('A')}-1`, 'something-else'].toSorted(),
  );
  expect(await engine.list('cell')).toEqual(['notes']);
  const aside = (await engine.list('stray')).toSorted();
  expect(aside.map((name) => name.replace(/^\d+_/, ''))).toEqual(stray.map((dir) => dir.replace('/', '_')));
  expect((await engine.read(`stray/${aside[0]}/00000000000000000000.log`)).toString()).toBe(stray[0]);
  expect(engine.events.filter((event) => event === 'partition.stray')).toHaveLength(2);
});

test('what was put aside goes a day later, and what came there otherwise stays', async () => {
  const engine = await withDirectories(`lkc-a/${topic('A')}-0`, 'stray/by-hand');
  await engine.run(putStrayAside(depsOf(engine), nothingKnown));
  await engine.pass(strayDirectoryMs - 1_000);
  await engine.run(putStrayAside(depsOf(engine), nothingKnown));
  expect(await engine.list('stray')).toHaveLength(2);
  await engine.pass(2_000);
  await engine.run(putStrayAside(depsOf(engine), nothingKnown));
  expect(await engine.list('stray')).toEqual(['by-hand']);
});

test('the directory of a cluster that is gone goes with the last of its topics, on a real disk', async () => {
  const root = mkdtempSync(join(tmpdir(), 'weir-stray-'));
  const disk = createNodeDisk(root);
  const { clock, log } = new Engine();
  const deps = { clock, log, disk, vacating: new Vacating(log) };
  for (const dir of ['lkc-gone', 'lkc-here', 'lkc-notes']) await disk.makeDir(`${dir}/${topic('A')}-0`);
  await disk.makeDir('lkc-notes/by-hand');
  await disk.makeDir('lost+found');
  await putStrayAside(deps, { ...nothingKnown, hasCluster: (id) => id === 'lkc-here' });
  expect((await disk.list('')).toSorted()).toEqual(['lkc-here', 'lkc-notes', 'lost+found', 'stray']);
  expect(await disk.list('lkc-notes')).toEqual(['by-hand']);
  rmSync(root, { recursive: true });
});

test('a directory that somebody else is emptying is left to him, and is not moved under his hands', async () => {
  const dir = `lkc-a/${topic('A')}-0`;
  const engine = await withDirectories(dir);
  const vacating = new Vacating(engine.log);
  const seen: string[][] = [];
  const emptied = vacating.vacate(dir, async () => {
    await engine.world.sleep(500);
    seen.push(await engine.disk.list(dir));
    await engine.disk.remove(dir);
  });
  await engine.run(Promise.all([putStrayAside(depsOf(engine, vacating), nothingKnown), emptied]));
  expect(seen).toEqual([['00000000000000000000.log']]);
  expect(await engine.list('stray')).toEqual([]);
  expect(engine.events).toEqual([]);
});
