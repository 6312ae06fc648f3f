import { expect, it } from 'vitest';
import { breakdownRows } from './breakdown-rows.ts';

it('puts what was moved beside what was moved before, whoever moved most first', () => {
  const part = (name: string, meter: 'bytes_in' | 'bytes_out', quantity: number) => ({
    name,
    meter,
    quantity,
  });
  const now = [part('b', 'bytes_in', 5), part('a', 'bytes_in', 3), part('a', 'bytes_out', 4)];
  const before = [part('gone', 'bytes_out', 9), part('a', 'bytes_out', 1)];
  expect(breakdownRows(now, before)).toEqual([
    { name: 'a', bytesIn: 3, bytesOut: 4, bytesInBefore: 0, bytesOutBefore: 1 },
    { name: 'b', bytesIn: 5, bytesOut: 0, bytesInBefore: 0, bytesOutBefore: 0 },
    { name: 'gone', bytesIn: 0, bytesOut: 0, bytesInBefore: 0, bytesOutBefore: 9 },
  ]);
});
