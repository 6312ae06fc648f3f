import { expect, it } from 'vitest';
import { assignedPartitions } from './assigned-partitions.ts';

/** Version 0, one topic `topic` with the partitions 1 and 3, no user data. */
const written = '0000000000010005746f706963000000020000000100000003ffffffff';

it('reads what consumers write to each other', () => {
  expect(assignedPartitions(Buffer.from(written, 'hex'))).toEqual([
    { topic: 'topic', partition: 1 },
    { topic: 'topic', partition: 3 },
  ]);
});

it('takes anything else for no assignment, and ends', () => {
  expect(assignedPartitions(Buffer.alloc(0))).toEqual([]);
  for (const hex of [
    '00',
    '00007fffffff',
    '0000000000017fff',
    written.slice(0, 40),
    `0000${'ff'.repeat(9)}`,
  ]) {
    expect(assignedPartitions(Buffer.from(hex, 'hex'))).toEqual([]);
  }
});
