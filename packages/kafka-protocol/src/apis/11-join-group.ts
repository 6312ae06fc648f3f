import { defineApi } from '../api.ts';
import { array, bool, bytes, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * JoinGroup. v1 adds the rebalance timeout (before it, and at −1, the session timeout serves as both), v2
 * throttle time; from v4 a first join is answered with MEMBER_ID_REQUIRED and an id to join with (KIP-394);
 * v5 adds static members (KIP-345), v6 is flexible, v7 answers with the protocol type (KIP-559) and allows a
 * null protocol name, v8 adds a reason (KIP-800), v9 lets a static leader skip the assignment (KIP-814).
 */
const request = {
  groupId: string('0+'),
  sessionTimeoutMs: int32('0+'),
  rebalanceTimeoutMs: int32('1+', { default: -1 }),
  memberId: string('0+'),
  groupInstanceId: string('5+', { nullable: '5+', default: null }),
  protocolType: string('0+'),
  protocols: array(
    {
      name: string('0+'),
      metadata: bytes('0+'),
    },
    '0+',
  ),
  reason: string('8+', { nullable: '8+', default: null }),
};

const response = {
  throttleTimeMs: int32('2+'),
  errorCode: int16('0+'),
  generationId: int32('0+', { default: -1 }),
  protocolType: string('7+', { nullable: '7+', default: null }),
  protocolName: string('0+', { nullable: '7+' }),
  leader: string('0+'),
  skipAssignment: bool('9+', { default: false }),
  memberId: string('0+'),
  members: array(
    {
      memberId: string('0+'),
      groupInstanceId: string('5+', { nullable: '5+', default: null }),
      metadata: bytes('0+'),
    },
    '0+',
  ),
};

export type JoinGroupRequest = Decoded<typeof request>;
export type JoinGroupResponse = Encodable<typeof response>;

export const joinGroupApi = defineApi({
  key: 11,
  name: 'JoinGroup',
  versionMin: 0,
  versionMax: 9,
  flexibleFrom: 6,
  request,
  response,
});
