import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { brokerMemoryMb, machineMemoryMb, planMemory } from './memory-plan.ts';

test.each([
  [1_024, 512, 204],
  [4_096, 1_365, 546],
  [16_384, 5_461, 2_048],
  [262_144, 6_144, 2_048],
])('of a machine with %i MiB a broker gets %i, and its heap %i', (machineMb, totalMb, heapMb) => {
  expect(brokerMemoryMb(machineMb)).toBe(totalMb);
  expect(planMemory(totalMb)).toEqual({ totalMb, heapMb, outsideHeapMb: totalMb - heapMb });
});

test('never believes in more memory than the machine has', () => {
  const mb = machineMemoryMb();
  expect(mb).toBeGreaterThan(100);
  expect(mb).toBeLessThanOrEqual(totalmem() / (1024 * 1024));
});
