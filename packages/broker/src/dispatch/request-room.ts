import { countedRequestBytesMin, fetchObjectBytesPerByte, requestObjectBytesPerByte } from '../limits.ts';

const produceKey = 0;
/** Fetch and ShareFetch. */
const fetchKeys = new Set([1, 78]);

/**
 * What a request becomes on the heap between its decoding and its answer, bytes. A fetch that waits keeps
 * all of it as long as it waits; of a produce request nearly all is views of its frame.
 */
export function objectBytesOf(apiKey: number, frameBytes: number): number {
  if (frameBytes < countedRequestBytesMin || apiKey === produceKey) return 0;
  return frameBytes * (fetchKeys.has(apiKey) ? fetchObjectBytesPerByte : requestObjectBytesPerByte);
}
