import type { UsagePart } from '@weir/billing/usage-hour';
import { expect, it } from 'vitest';
import { KnownParts } from './known-parts.ts';

const part: UsagePart = {
  ...{ clusterId: 'lkc-1', kind: 'Basic', region: 'LOCAL.local', meter: 'bytes_in', hourMs: 0, quantity: 1n },
  ...{ topic: '', principal: '', key: '' },
};

it('forgets what was asked for longest ago once it holds too much, and never holds more', async () => {
  const known = new KnownParts(10);
  let reads = 0;
  const ask = (name: string, rows = 3) =>
    known.of(name, async () => {
      reads += 1;
      return Array.from({ length: rows }, () => part);
    });
  for (const name of ['a', 'b', 'a', 'b']) await ask(name);
  expect(reads).toBe(2);
  // Each is four with itself: the third takes the place of the first of them.
  await ask('c');
  await ask('b');
  expect(reads).toBe(3);
  await ask('a');
  expect(reads).toBe(4);
  // One that is too large for all of it is answered, and not kept.
  expect(await ask('d', 100)).toHaveLength(100);
  await ask('d', 100);
  expect(reads).toBe(6);
  await ask('a');
  expect(reads).toBe(7);
});
