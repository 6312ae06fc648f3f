import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followWanted, forgetWanted, wantBrokers, wantedBrokers } from './wanted-brokers.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-wanted-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('whoever follows is told which brokers are to run, each time that changes', async () => {
  expect(wantedBrokers(directory)).toBeNull();
  const told: (readonly number[])[] = [];
  const stop = followWanted(directory, async (brokerIds) => void told.push(brokerIds));
  wantBrokers(directory, [1, 2, 3, 4]);
  await expect.poll(() => told, { timeout: 5_000 }).toEqual([[1, 2, 3, 4]]);
  wantBrokers(directory, [1, 2]);
  await expect
    .poll(() => told, { timeout: 5_000 })
    .toEqual([
      [1, 2, 3, 4],
      [1, 2],
    ]);
  stop();
  forgetWanted(directory);
  expect(wantedBrokers(directory)).toBeNull();
});
