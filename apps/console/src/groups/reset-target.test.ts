import { ResetOffsetsInput } from '@weir/contracts/consumer-groups';
import { expect, test } from 'vitest';
import { inputOf, resetForm } from './reset-target.ts';

const form = { topic: 'orders', position: 'EARLIEST', offset: '', time: '' } as const;

test('what the form has is what the API takes', () => {
  const inputs = [
    form,
    { ...form, position: 'LATEST' },
    { ...form, position: 'OFFSET', offset: ' 12 ' },
    { ...form, position: 'TIMESTAMP', time: '2026-11-22T10:30' },
  ].map((each) => ResetOffsetsInput.parse(inputOf(resetForm.parse(each))));
  expect(inputs.map(({ to }) => to)).toEqual([
    { position: 'EARLIEST' },
    { position: 'LATEST' },
    { position: 'OFFSET', offset: 12 },
    { position: 'TIMESTAMP', timestamp: '2026-11-22T10:30:00.000Z' },
  ]);
});

test('only what the position needs must be right', () => {
  const messageOf = (input: unknown) => resetForm.safeParse(input).error?.issues[0]?.message;
  expect(messageOf({ ...form, offset: 'x', time: 'x' })).toBeUndefined();
  expect(messageOf({ ...form, position: 'OFFSET', offset: '-1' })).toBe('A whole number from 0.');
  expect(messageOf({ ...form, position: 'TIMESTAMP' })).toBe('A day and a time.');
});
