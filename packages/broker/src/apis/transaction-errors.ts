import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { RequestContext } from './handler.ts';

/** Below `versionMin` a client does not know PRODUCER_FENCED, and hears of its epoch instead (KIP-588). */
export function fencedError(
  error: ErrorName,
  { apiVersion }: Pick<RequestContext, 'apiVersion'>,
  versionMin: number,
): ErrorName {
  return error === 'PRODUCER_FENCED' && apiVersion < versionMin ? 'INVALID_PRODUCER_EPOCH' : error;
}
