import { expect, test } from 'vitest';
import { HeapGuard } from './heap-guard.ts';

test('acts on what a collection left, says so once, and lets go only when there is room again', () => {
  const state: { tell: (used: number, limit: number) => void } = { tell: () => undefined };
  const heap = {
    onCollected: (call: (used: number, limit: number) => void) => {
      state.tell = call;
      return () => undefined;
    },
  };
  const happened: string[] = [];
  const log = {
    warn: (event: string) => happened.push(event),
    info: (event: string) => happened.push(event),
  };
  const events = {
    high: (isCritical: boolean) => happened.push(isCritical ? 'critical' : 'high'),
    low: () => happened.push('low'),
  };
  const guard = new HeapGuard(heap, log, events);
  for (const used of [50, 80, 95, 70, 80, 50]) state.tell(used, 100);
  expect(happened).toEqual(['heap.high', 'high', 'critical', 'high', 'heap.low', 'low']);
  expect(guard.isHigh).toBe(false);
});
