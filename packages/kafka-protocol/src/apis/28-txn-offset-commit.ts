import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * TxnOffsetCommit (KIP-98). v2 adds leader epochs (KIP-320), v3 is flexible and tells of the group's member
 * (KIP-447), v4 may answer TRANSACTION_ABORTABLE, v5 adds the group to the transaction by itself (KIP-890).
 */
const request = {
  transactionalId: string('0+'),
  groupId: string('0+'),
  producerId: int64('0+'),
  producerEpoch: int16('0+'),
  generationId: int32('3+', { default: -1 }),
  memberId: string('3+', { default: '' }),
  groupInstanceId: string('3+', { nullable: '3+', default: null }),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          committedOffset: int64('0+'),
          committedLeaderEpoch: int32('2+', { default: -1 }),
          committedMetadata: string('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array({ partitionIndex: int32('0+'), errorCode: int16('0+') }, '0+'),
    },
    '0+',
  ),
};

export type TxnOffsetCommitRequest = Decoded<typeof request>;
export type TxnOffsetCommitResponse = Encodable<typeof response>;

export const txnOffsetCommitApi = defineApi({
  key: 28,
  name: 'TxnOffsetCommit',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 3,
  request,
  response,
});
