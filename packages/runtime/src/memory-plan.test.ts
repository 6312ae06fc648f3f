import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  brokerDiskThreadsOfEach,
  brokerHeapFlags,
  brokerMemoryMb,
  brokerMemoryMbMin,
  machineMemoryMb,
  planMemory,
} from './memory-plan.ts';

test.each([
  [1_024, 512, 204],
  [4_096, 1_365, 546],
  [16_384, 5_461, 2_048],
  [262_144, 6_144, 2_048],
])('of a machine with %i MiB a broker gets %i, and its heap %i', (machineMb, totalMb, heapMb) => {
  expect(brokerMemoryMb(machineMb)).toBe(totalMb);
  expect(planMemory(totalMb)).toEqual({ totalMb, heapMb, outsideHeapMb: totalMb - heapMb });
});

test('brokers of one machine divide what one would have, and none gets less than it needs', () => {
  expect(brokerMemoryMb(16_384, 3)).toBe(brokerMemoryMb(16_384));
  expect(brokerMemoryMb(1_024, 3)).toBe(3 * brokerMemoryMbMin);
  expect([1, 2, 3, 9].map(brokerDiskThreadsOfEach)).toEqual([8, 4, 4, 4]);
});

test('never believes in more memory than the machine has', () => {
  const mb = machineMemoryMb();
  expect(mb).toBeGreaterThan(100);
  expect(mb).toBeLessThanOrEqual(totalmem() / (1024 * 1024));
});

test('a broker that is started by itself has the flags of the product’s', () => {
  const bootstrap = readFileSync(join(import.meta.dirname, '../../../infra/bootstrap.mjs'), 'utf8');
  expect(bootstrap).toContain(`broker: [${brokerHeapFlags.map((flag) => `'${flag}'`).join(', ')}]`);
});
