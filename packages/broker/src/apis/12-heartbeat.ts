import { heartbeatApi } from '@weir/kafka-protocol/apis/12-heartbeat';
import { groupHandler } from './group-handler.ts';

/** Heartbeat. v3 knows static members (KIP-345). */
export const heartbeat = groupHandler({
  api: heartbeatApi,
  versionMax: 4,
  decide: (shard, now, token, scope, request) => shard.heartbeat(now, token, scope, request),
  refuse: (errorCode) => ({ throttleTimeMs: 0, errorCode }),
});
