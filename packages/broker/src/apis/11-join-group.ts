import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { groupHandler } from './group-handler.ts';

/** JoinGroup. v4 hands out the member id first (KIP-394), v5 knows static members (KIP-345), v9 lets the leader skip the assignment (KIP-814). */
export const joinGroup = groupHandler({
  api: joinGroupApi,
  versionMax: 9,
  decide: (shard, now, token, scope, request) => shard.joinGroup(now, token, scope, request),
  refuse: (errorCode) => ({
    throttleTimeMs: 0,
    errorCode,
    protocolName: '',
    leader: '',
    memberId: '',
    members: [],
  }),
});
