import { expect, test } from 'vitest';
import { countedRequestBytesMin, requestRoomRetryMs } from '../limits.ts';
import { Account } from '../memory/account.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { objectBytesOf, takeWhenRoom } from './request-room.ts';

test('a fetch of many partitions is counted at what it keeps while it waits, what is small or only passes at nothing', () => {
  const [produce, fetch, metadata] = [0, 1, 3];
  expect(objectBytesOf(fetch, 56_000)).toBeGreaterThan(2_000 * 400);
  expect(objectBytesOf(metadata, 56_000)).toBeGreaterThan(56_000);
  expect(objectBytesOf(produce, 8_000_000)).toBe(0);
  expect(objectBytesOf(fetch, countedRequestBytesMin - 1)).toBe(0);
});

test('waits until others have given back, and for nobody who is gone', async () => {
  const engine = new Engine();
  const account = new Account(100);
  account.take(80);
  const state = { isGone: false };
  const waiting = takeWhenRoom(account, 50, engine.clock, () => state.isGone);
  await engine.pass(5 * requestRoomRetryMs);
  expect(account.bytes).toBe(80);
  account.giveBack(60);
  expect(await engine.run(waiting)).toBe(true);
  expect(account.bytes).toBe(70);
  const late = takeWhenRoom(account, 50, engine.clock, () => state.isGone);
  state.isGone = true;
  expect(await engine.run(late)).toBe(false);
  expect(account.bytes).toBe(70);
});
