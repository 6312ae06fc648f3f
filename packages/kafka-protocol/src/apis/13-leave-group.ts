import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * LeaveGroup. v1 adds throttle time, v3 lets many members leave at once, static ones by name (KIP-345), v4
 * is flexible, v5 adds a reason (KIP-800).
 */
const request = {
  groupId: string('0+'),
  memberId: string('0-2'),
  members: array(
    {
      memberId: string('3+'),
      groupInstanceId: string('3+', { nullable: '3+', default: null }),
      reason: string('5+', { nullable: '5+', default: null }),
    },
    '3+',
  ),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  members: array(
    {
      memberId: string('3+'),
      groupInstanceId: string('3+', { nullable: '3+' }),
      errorCode: int16('3+'),
    },
    '3+',
  ),
};

export type LeaveGroupRequest = Decoded<typeof request>;
export type LeaveGroupResponse = Encodable<typeof response>;

export const leaveGroupApi = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 4,
  request,
  response,
});
