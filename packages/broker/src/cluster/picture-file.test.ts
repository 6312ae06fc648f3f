import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import type { Change } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { createNodeDisk } from '../node-deps/node-disk.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord } from '../testing/identity-for-tests.ts';
import type { Picture } from './picture.ts';
import { PictureFile } from './picture-file.ts';

const verifier = { salt: 'c2FsdA==', iterations: 4096, storedKey: 'c3RvcmVk', serverKey: 'c2VydmVy' };
const verifiers = { scramSha256: verifier, scramSha512: verifier };

/** Of so many clusters, each with a key: more than is written in one turn. */
function pictureAt(version: number, clusters = 1_000): Picture {
  const { directoryPlace: _, lastBootEpochMax: __, directoryMark: ___, ...record } = brokerOf(1);
  const { hasLostWrites: ____, missingReplicas: _____, ...broker } = record;
  const changes: Change[] = [
    { kind: 'broker', brokerId: 1, broker: { ...broker, bootEpoch: 3, isFenced: false, isCordoned: false } },
  ];
  for (let at = 0; at < clusters; at += 1) {
    const clusterId = `lkc-${at}`;
    const secrets = [{ number: 1, ...verifiers }];
    const credential = { keyId: `KEY${at}`, clusterId, principal: 'User:ä', secrets, expiresAt: null };
    changes.push({ kind: 'cluster', clusterId, cluster: clusterRecord(clusterId) });
    changes.push({ kind: 'credential', keyId: credential.keyId, credential });
  }
  return { version, confirmedMs: 1_000, changes };
}

test('what was written is read again, as the store had told it', async () => {
  const engine = new Engine();
  const file = new PictureFile(engine, 'cell_local');
  expect(await engine.run(file.read())).toBe('none');
  await engine.run(file.write(pictureAt(7)));
  expect(await engine.run(file.read())).toEqual(pictureAt(7));
  expect(await engine.list('')).not.toContain('cell-picture.new');
});

test('that nothing is newer is noted beside it, and counts for that very version', async () => {
  const engine = new Engine();
  const file = new PictureFile(engine, 'cell_local');
  await engine.run(file.write(pictureAt(7, 1)));
  await engine.run(file.confirm({ version: 7, confirmedMs: 5_000 }));
  expect(await engine.run(file.read())).toMatchObject({ version: 7, confirmedMs: 5_000 });
  await engine.run(file.write(pictureAt(8, 1)));
  expect(await engine.run(file.read())).toMatchObject({ version: 8, confirmedMs: 1_000 });
});

test('the picture of another cell is not shown', async () => {
  const engine = new Engine();
  await engine.run(new PictureFile(engine, 'cell_a').write(pictureAt(7, 1)));
  expect(await engine.run(new PictureFile(engine, 'cell_b').read())).toBe('of another cell');
});

test.each([0, 30, 300, 2_000])('one flipped bit, at byte %i, makes it unreadable', async (at) => {
  const engine = new Engine();
  const file = new PictureFile(engine, 'cell_local');
  await engine.run(file.write(pictureAt(7, 10)));
  await engine.flip('cell-picture', at);
  expect(await engine.run(file.read())).toBe('unreadable');
  expect(engine.events).toEqual(['picture.unreadable']);
});

test('wherever it ends too early it is unreadable', async () => {
  const engine = new Engine();
  const file = new PictureFile(engine, 'cell_local');
  await engine.run(file.write(pictureAt(7, 2)));
  const whole = await engine.read('cell-picture');
  for (let bytes = 0; bytes < whole.length; bytes += 1) {
    await engine.write('cell-picture', whole.subarray(0, bytes));
    expect(await engine.run(file.read())).toBe('unreadable');
  }
});

test('a power cut while it is written leaves the one before, or the new one', async () => {
  const found = new Set<number>();
  for (let afterMs = 0; afterMs < 60; afterMs += 1) {
    const engine = new Engine();
    const file = new PictureFile(engine, 'cell_local');
    await engine.run(file.write(pictureAt(7, 300)));
    void file.write(pictureAt(8, 300));
    await engine.pass(afterMs / 2);
    engine.disks.cutPower();
    const picture = await engine.run(file.read());
    if (typeof picture === 'string') throw new Error(`after ${afterMs / 2} ms it is ${picture}`);
    found.add(picture.version);
  }
  expect([...found].toSorted()).toEqual([7, 8]);
});

test('nobody else on the machine may read it', async () => {
  const root = mkdtempSync(join(tmpdir(), 'weir-picture-'));
  const log = new Engine().log;
  const file = new PictureFile({ disk: createNodeDisk(root), log }, 'cell_local');
  await file.write(pictureAt(7, 1));
  await file.write(pictureAt(8, 1));
  expect(statSync(join(root, 'cell-picture')).mode & 0o777).toBe(0o600);
  rmSync(root, { recursive: true });
});
