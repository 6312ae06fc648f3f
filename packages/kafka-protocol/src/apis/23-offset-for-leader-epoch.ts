import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * OffsetForLeaderEpoch (KIP-101). v2 brought the current leader epoch (KIP-320), v3 the replica's id, v4 is flexible.
 */
const request = {
  replicaId: int32('3+', { default: -2 }),
  topics: array(
    {
      topic: string('0+'),
      partitions: array(
        {
          partition: int32('0+'),
          currentLeaderEpoch: int32('2+', { default: -1 }),
          leaderEpoch: int32('0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('2+'),
  topics: array(
    {
      topic: string('0+'),
      partitions: array(
        {
          errorCode: int16('0+'),
          partition: int32('0+'),
          leaderEpoch: int32('1+', { default: -1 }),
          endOffset: int64('0+', { default: -1 }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type OffsetForLeaderEpochRequest = Decoded<typeof request>;
export type OffsetForLeaderEpochResponse = Encodable<typeof response>;

export const offsetForLeaderEpochApi = defineApi({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versionMin: 2,
  versionMax: 4,
  flexibleFrom: 4,
  request,
  response,
});
