import { defineApi } from '../api.ts';
import {
  array,
  bool,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

/**
 * ShareFetch (KIP-932): gives a member of a share group records that nobody else has, and takes what it says of those
 * that it was given. v2 adds modes of acquiring (KIP-1206) and longer locks (KIP-1222).
 */
const request = {
  groupId: string('0+', { nullable: '0+', default: null }),
  memberId: string('0+', { nullable: '0+' }),
  shareSessionEpoch: int32('0+'),
  maxWaitMs: int32('0+'),
  minBytes: int32('0+'),
  maxBytes: int32('0+', { default: 0x7fff_ffff }),
  maxRecords: int32('1+'),
  batchSize: int32('1+'),
  shareAcquireMode: int8('2+', { default: 0 }),
  isRenewAck: bool('2+', { default: false }),
  topics: array(
    {
      topicId: uuid('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          partitionMaxBytes: int32('0'),
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
  forgottenTopicsData: array(
    {
      topicId: uuid('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  acquisitionLockTimeoutMs: int32('1+'),
  responses: array(
    {
      topicId: uuid('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+', default: null }),
          acknowledgeErrorCode: int16('0+'),
          acknowledgeErrorMessage: string('0+', { nullable: '0+', default: null }),
          currentLeader: struct(
            {
              leaderId: int32('0+'),
              leaderEpoch: int32('0+'),
            },
            '0+',
          ),
          records: records('0+', { nullable: '0' }),
          acquiredRecords: array(
            {
              firstOffset: int64('0+'),
              lastOffset: int64('0+'),
              deliveryCount: int16('0+'),
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

export type ShareFetchRequest = Decoded<typeof request>;
export type ShareFetchResponse = Encodable<typeof response>;

export const shareFetchApi = defineApi({
  key: 78,
  name: 'ShareFetch',
  versionMin: 1,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
