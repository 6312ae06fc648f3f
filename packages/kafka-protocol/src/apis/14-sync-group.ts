import { defineApi } from '../api.ts';
import { array, bytes, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * SyncGroup. v1 adds throttle time, v3 the static member's name (KIP-345), v4 is flexible, v5 carries the
 * protocol's type and name both ways, to be compared (KIP-559).
 */
const request = {
  groupId: string('0+'),
  generationId: int32('0+'),
  memberId: string('0+'),
  groupInstanceId: string('3+', { nullable: '3+', default: null }),
  protocolType: string('5+', { nullable: '5+', default: null }),
  protocolName: string('5+', { nullable: '5+', default: null }),
  assignments: array(
    {
      memberId: string('0+'),
      assignment: bytes('0+'),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  protocolType: string('5+', { nullable: '5+', default: null }),
  protocolName: string('5+', { nullable: '5+', default: null }),
  assignment: bytes('0+'),
};

export type SyncGroupRequest = Decoded<typeof request>;
export type SyncGroupResponse = Encodable<typeof response>;

export const syncGroupApi = defineApi({
  key: 14,
  name: 'SyncGroup',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 4,
  request,
  response,
});
