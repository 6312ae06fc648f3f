import { leaveGroupApi } from '@weir/kafka-protocol/apis/13-leave-group';
import { groupHandler } from './group-handler.ts';

/** LeaveGroup. v3 removes several members at once (KIP-345), v5 says why (KIP-800). */
export const leaveGroup = groupHandler({
  api: leaveGroupApi,
  versionMax: 5,
  decide: (shard, now, token, scope, request) => shard.leaveGroup(now, token, scope, request),
  refuse: (errorCode) => ({ throttleTimeMs: 0, errorCode, members: [] }),
});
