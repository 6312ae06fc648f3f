import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { doNotWant, followWanted, wantBrokers, wantedBrokers } from './wanted-brokers.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-wanted-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('whoever follows is told which brokers are to run, at once and each time that changes', async () => {
  wantBrokers(directory, [1, 2, 3]);
  const told: (readonly number[])[] = [];
  const stop = followWanted(directory, async (brokerIds) => void told.push(brokerIds));
  await expect.poll(() => told, { timeout: 5_000 }).toEqual([[1, 2, 3]]);
  wantBrokers(directory, [1, 2, 3, 4]);
  await expect.poll(() => told, { timeout: 5_000 }).toHaveLength(2);
  doNotWant(directory, 3);
  await expect
    .poll(() => told, { timeout: 5_000 })
    .toEqual([
      [1, 2, 3],
      [1, 2, 3, 4],
      [1, 2, 4],
    ]);
  expect(wantedBrokers(directory)).toEqual([1, 2, 4]);
  stop();
});
