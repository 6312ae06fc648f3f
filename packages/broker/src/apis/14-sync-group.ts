import { syncGroupApi } from '@weir/kafka-protocol/apis/14-sync-group';
import { groupHandler } from './group-handler.ts';

/** SyncGroup. v3 knows static members (KIP-345), v5 names the protocol (KIP-559). */
export const syncGroup = groupHandler({
  api: syncGroupApi,
  versionMax: 5,
  decide: (shard, now, token, scope, request) => shard.syncGroup(now, token, scope, request),
  refuse: (errorCode) => ({ throttleTimeMs: 0, errorCode, assignment: Buffer.alloc(0) }),
});
