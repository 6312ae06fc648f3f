import { expect, test } from 'vitest';
import { requestRoomRetryMs } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { Account } from './account.ts';
import { takeWhenRoom } from './take-when-room.ts';

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
