import { expect, it } from 'vitest';
import { partitionCountForm } from './partition-count.ts';

const problemOf = (text: string) =>
  partitionCountForm(3).safeParse({ partitions_count: text }).error?.issues[0]?.message ?? null;

it('takes a larger whole number, and says of anything else what would be right', () => {
  expect(partitionCountForm(3).parse({ partitions_count: '12' })).toEqual({ partitions_count: 12 });
  expect(problemOf('3')).toBe('More than the 3 that there are.');
  expect(problemOf('4.5')).toBe('A whole number.');
  expect(problemOf('many')).toBe('A whole number.');
  expect(problemOf('100001')).not.toBeNull();
});
