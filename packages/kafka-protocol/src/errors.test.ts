import { expect, test } from 'vitest';
import { errorCode, errorName, isRetriable } from './errors.ts';

test('names and codes map onto each other', () => {
  expect(errorCode('NONE')).toBe(0);
  expect(errorCode('UNKNOWN_SERVER_ERROR')).toBe(-1);
  expect(errorName(errorCode('INVALID_PRODUCER_EPOCH'))).toBe('INVALID_PRODUCER_EPOCH');
  expect(() => errorName(9_999)).toThrow();
});

test('tells what a client may try again', () => {
  expect(isRetriable('NOT_LEADER_OR_FOLLOWER')).toBe(true);
  expect(isRetriable('TOPIC_AUTHORIZATION_FAILED')).toBe(false);
});
