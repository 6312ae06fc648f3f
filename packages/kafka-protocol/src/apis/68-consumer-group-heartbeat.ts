import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * ConsumerGroupHeartbeat (KIP-848): the one request of a member of the new group protocol. Epoch 0 joins, −1 leaves, −2
 * leaves for a while as a static member; null means "as before". v1 adds regular expressions, and members choose their
 * ids (KIP-1082).
 */
const request = {
  groupId: string('0+'),
  memberId: string('0+'),
  memberEpoch: int32('0+'),
  instanceId: string('0+', { nullable: '0+', default: null }),
  rackId: string('0+', { nullable: '0+', default: null }),
  rebalanceTimeoutMs: int32('0+', { default: -1 }),
  subscribedTopicNames: array('string', '0+', { nullable: '0+', default: null }),
  subscribedTopicRegex: string('1+', { nullable: '1+', default: null }),
  serverAssignor: string('0+', { nullable: '0+', default: null }),
  topicPartitions: array(
    {
      topicId: uuid('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
    { nullable: '0+', default: null },
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  memberId: string('0+', { nullable: '0+', default: null }),
  memberEpoch: int32('0+'),
  heartbeatIntervalMs: int32('0+'),
  assignment: struct(
    {
      topicPartitions: array(
        {
          topicId: uuid('0+'),
          partitions: array('int32', '0+'),
        },
        '0+',
      ),
    },
    '0+',
    { nullable: '0+', default: null },
  ),
};

export type ConsumerGroupHeartbeatRequest = Decoded<typeof request>;
export type ConsumerGroupHeartbeatResponse = Encodable<typeof response>;

export const consumerGroupHeartbeatApi = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
