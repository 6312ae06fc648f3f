import { defineApi } from '../api.ts';
import {
  array,
  bool,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  string,
  struct,
  uuid,
} from '../schema.ts';

const assignment = {
  topicPartitions: array(
    {
      topicId: uuid('0+'),
      topicName: string('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
  ),
};

/** ConsumerGroupDescribe (KIP-848). v1 says by which protocol each member takes part (KIP-1099). */
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
          instanceId: string('0+', { nullable: '0+', default: null }),
          rackId: string('0+', { nullable: '0+', default: null }),
          memberEpoch: int32('0+'),
          clientId: string('0+'),
          clientHost: string('0+'),
          subscribedTopicNames: array('string', '0+'),
          subscribedTopicRegex: string('0+', { nullable: '0+', default: null }),
          assignment: struct(assignment, '0+'),
          targetAssignment: struct(assignment, '0+'),
          memberType: int8('1+', { default: -1 }),
        },
        '0+',
      ),
      authorizedOperations: int32('0+', { default: -0x8000_0000 }),
    },
    '0+',
  ),
};

export type ConsumerGroupDescribeRequest = Decoded<typeof request>;
export type ConsumerGroupDescribeResponse = Encodable<typeof response>;

export const consumerGroupDescribeApi = defineApi({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
