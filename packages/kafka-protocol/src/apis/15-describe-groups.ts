import { defineApi } from '../api.ts';
import { array, bool, bytes, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * DescribeGroups. v1 adds throttle time, v3 authorized operations (KIP-430), v4 static members' names
 * (KIP-345), v5 is flexible, v6 answers GROUP_ID_NOT_FOUND with a message (KIP-1043).
 */
const request = {
  groups: array('string', '0+'),
  includeAuthorizedOperations: bool('3+'),
};

const response = {
  throttleTimeMs: int32('1+'),
  groups: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('6+', { nullable: '6+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      protocolType: string('0+'),
      protocolData: string('0+'),
      members: array(
        {
          memberId: string('0+'),
          groupInstanceId: string('4+', { nullable: '4+', default: null }),
          clientId: string('0+'),
          clientHost: string('0+'),
          memberMetadata: bytes('0+'),
          memberAssignment: bytes('0+'),
        },
        '0+',
      ),
      authorizedOperations: int32('3+', { default: -2147483648 }),
    },
    '0+',
  ),
};

export type DescribeGroupsRequest = Decoded<typeof request>;
export type DescribeGroupsResponse = Encodable<typeof response>;

export const describeGroupsApi = defineApi({
  key: 15,
  name: 'DescribeGroups',
  versionMin: 0,
  versionMax: 6,
  flexibleFrom: 5,
  request,
  response,
});
