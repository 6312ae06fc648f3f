import type { Clock } from '../deps.ts';
import {
  countedRequestBytesMin,
  fetchObjectBytesPerByte,
  requestObjectBytesPerByte,
  requestRoomRetryMs,
} from '../limits.ts';
import type { Account } from '../memory/account.ts';

const produceKey = 0;
const fetchKey = 1;

/**
 * What a request becomes on the heap between its decoding and its answer, bytes. A fetch that waits keeps
 * all of it as long as it waits; of a produce request nearly all is views of its frame.
 */
export function objectBytesOf(apiKey: number, frameBytes: number): number {
  if (frameBytes < countedRequestBytesMin || apiKey === produceKey) return 0;
  return frameBytes * (apiKey === fetchKey ? fetchObjectBytesPerByte : requestObjectBytesPerByte);
}

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
