import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, string, struct, uuid } from '../schema.ts';

/** ShareGroupDescribe (KIP-932): share groups, with their members and what these are assigned. v0 was of early access. */
const request = {
  groupIds: array('string', '0+'),
  includeAuthorizedOperations: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  groups: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      groupEpoch: int32('0+'),
      assignmentEpoch: int32('0+'),
      assignorName: string('0+'),
      members: array(
        {
          memberId: string('0+'),
          rackId: string('0+', { nullable: '0+', default: null }),
          memberEpoch: int32('0+'),
          clientId: string('0+'),
          clientHost: string('0+'),
          subscribedTopicNames: array('string', '0+'),
          assignment: struct(
            {
              topicPartitions: array(
                {
                  topicId: uuid('0+'),
                  topicName: string('0+'),
                  partitions: array('int32', '0+'),
                },
                '0+',
              ),
            },
            '0+',
          ),
        },
        '0+',
      ),
      authorizedOperations: int32('0+', { default: -0x8000_0000 }),
    },
    '0+',
  ),
};

export type ShareGroupDescribeRequest = Decoded<typeof request>;
export type ShareGroupDescribeResponse = Encodable<typeof response>;

export const shareGroupDescribeApi = defineApi({
  key: 77,
  name: 'ShareGroupDescribe',
  versionMin: 1,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
