import type { Clock } from '../deps.ts';
import { requestRoomRetryMs } from '../limits.ts';
import type { Account } from './account.ts';

/** Waits until the bytes could be taken; false when nobody is there any more to be answered. */
export async function takeWhenRoom(
  account: Account,
  bytes: number,
  clock: Pick<Clock, 'after'>,
  isGone: () => boolean,
): Promise<boolean> {
  while (!isGone()) {
    if (account.tryTake(bytes)) return true;
    await new Promise<void>((resolve) => {
      clock.after(requestRoomRetryMs, resolve);
    });
  }
  return false;
}
