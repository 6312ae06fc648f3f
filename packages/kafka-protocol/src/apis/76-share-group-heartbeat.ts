import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * ShareGroupHeartbeat (KIP-932): the one request by which a consumer is a member of a share group. Epoch 0 joins, −1
 * leaves; null means "as before". v0 was of early access, and is gone.
 */
const request = {
  groupId: string('0+'),
  memberId: string('0+'),
  memberEpoch: int32('0+'),
  rackId: string('0+', { nullable: '0+', default: null }),
  subscribedTopicNames: array('string', '0+', { nullable: '0+', default: null }),
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

export type ShareGroupHeartbeatRequest = Decoded<typeof request>;
export type ShareGroupHeartbeatResponse = Encodable<typeof response>;

export const shareGroupHeartbeatApi = defineApi({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versionMin: 1,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
