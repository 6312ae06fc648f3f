import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { afterAll, expect, test } from 'vitest';
import { JournalFile } from './journal-file.ts';

const root = mkdtempSync(join(tmpdir(), 'weir-journal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const entry = (version: number) => ({ version, nextProducerId: version * 10, changes: [] });

test('gives back what was appended, in order, and goes on behind it', async () => {
  const path = join(root, 'a/b/journal');
  for (let life = 0; life < 3; life += 1) {
    const journal = new JournalFile(path);
    expect(await journal.load()).toEqual(Array.from({ length: life }, (_, version) => entry(version)));
    await journal.append(entry(life));
    await journal.close();
  }
});

test('a last line that is torn at any byte is cut off, and nothing before it', async () => {
  const path = join(root, 'torn');
  const journal = new JournalFile(path);
  await journal.load();
  for (const version of [0, 1, 2]) await journal.append(entry(version));
  await journal.close();
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
  for (let end = whole; end < bytes.length; end += 1) {
    writeFileSync(path, bytes);
    truncateSync(path, end);
    const again = new JournalFile(path);
    expect(await again.load()).toEqual([entry(0), entry(1)]);
    await again.close();
    expect(readFileSync(path).length).toBe(whole);
  }
});

test('damage in the middle stops the start and says where', async () => {
  const path = join(root, 'damaged');
  writeFileSync(path, `${JSON.stringify(entry(0))}\n{"version":\n${JSON.stringify(entry(2))}\n`);
  const journal = new JournalFile(path);
  await expect(journal.load()).rejects.toThrow('line 2 is damaged');
  await journal.close();
});

test('a store over it has after a restart what it had before', async () => {
  const path = join(root, 'store');
  const limits = {
    ingressBytesPerSecMax: 1,
    egressBytesPerSecMax: 1,
    requestsPerSecMax: 1,
    connectionsMax: 1,
    partitionsMax: 1,
    groupsMax: 1,
    aclsMax: 1,
    messageBytesMax: 1,
    storedBytesMax: 1,
  };
  const journals = [new JournalFile(path), new JournalFile(path)] as const;
  const first = createMemoryMetadataStore({ journal: journals[0] });
  await first.applyCluster({ id: 'lkc-a', limits, autoCreateTopics: true, intentVersion: 1 });
  const taken = await first.allocateProducerIds(100);
  await first.close();
  const second = createMemoryMetadataStore({ journal: journals[1] });
  expect((await second.findCluster('lkc-a'))?.limits).toEqual(limits);
  expect((await second.allocateProducerIds(1)).first).toBe(taken.first + taken.count);
  await second.close();
  for (const journal of journals) await journal.close();
});
