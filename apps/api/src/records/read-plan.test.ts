import { ReadRecordsQuery as Query, type ReadRecordsQuery } from '@weir/contracts/records';
import { expect, it } from 'vitest';
import { pickRecords, planReads } from './read-plan.ts';

const query = (text: Record<string, string>): ReadRecordsQuery => Query.parse(text);
const bounds = [
  { partition: 0, start: 0, end: 100, atTimestamp: 40 },
  { partition: 1, start: 95, end: 100, atTimestamp: null },
  { partition: 2, start: 7, end: 7, atTimestamp: null },
];
const froms = (text: Record<string, string>) => planReads(query(text), bounds).map((read) => read.from);

it('reads of each partition what may be among the newest, but nothing that is gone', () => {
  expect(froms({ limit: '10' })).toEqual([90, 95]);
});

it('starts where it was told to, within what there is', () => {
  expect(froms({ from: 'earliest' })).toEqual([0, 95]);
  expect(froms({ from: 'offset', offset: '50' })).toEqual([50, 95]);
  expect(froms({ from: 'offset', offset: '500' })).toEqual([]);
  expect(froms({ from: 'timestamp' })).toEqual([40]);
});

const record = (partition: number, offset: number, timestampMs: number) => ({
  partition,
  offset,
  timestampMs,
});

it('merges partitions by time and keeps the order within each, whatever clocks said', () => {
  const records = [record(0, 1, 30), record(0, 2, 10), record(1, 8, 20), record(1, 9, 40)];
  const offsets = (text: Record<string, string>) =>
    pickRecords(query(text), records).map(({ partition, offset }) => `${partition}/${offset}`);
  expect(offsets({ from: 'earliest' })).toEqual(['1/8', '0/1', '0/2', '1/9']);
  expect(offsets({ from: 'newest', limit: '3' })).toEqual(['1/9', '1/8', '0/2']);
});
