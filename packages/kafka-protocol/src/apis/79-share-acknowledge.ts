import { defineApi } from '../api.ts';
import {
  array,
  bool,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  string,
  struct,
  uuid,
} from '../schema.ts';

/** ShareAcknowledge (KIP-932): what a member of a share group says of records that it has. v2 adds longer locks (KIP-1222). */
const request = {
  groupId: string('0+', { nullable: '0+', default: null }),
  memberId: string('0+', { nullable: '0+' }),
  shareSessionEpoch: int32('0+'),
  isRenewAck: bool('2+', { default: false }),
  topics: array(
    {
      topicId: uuid('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          acknowledgementBatches: array(
            {
              firstOffset: int64('0+'),
              lastOffset: int64('0+'),
              acknowledgeTypes: array('int8', '0+'),
            },
            '0+',
          ),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  acquisitionLockTimeoutMs: int32('2+'),
  responses: array(
    {
      topicId: uuid('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+', default: null }),
          currentLeader: struct(
            {
              leaderId: int32('0+'),
              leaderEpoch: int32('0+'),
            },
            '0+',
          ),
        },
        '0+',
      ),
    },
    '0+',
  ),
  nodeEndpoints: array(
    {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('0+', { nullable: '0+', default: null }),
    },
    '0+',
  ),
};

export type ShareAcknowledgeRequest = Decoded<typeof request>;
export type ShareAcknowledgeResponse = Encodable<typeof response>;

export const shareAcknowledgeApi = defineApi({
  key: 79,
  name: 'ShareAcknowledge',
  versionMin: 1,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
