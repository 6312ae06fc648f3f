import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, int64, string } from '../schema.ts';

/**
 * ListOffsets. v1 answers one offset with its timestamp, v2 adds isolation level and throttle time, v4
 * leader epochs, v5 may answer OFFSET_NOT_AVAILABLE, v6 is flexible. The rest adds meanings to the timestamp:
 * v7 −3 the maximum timestamp (KIP-734), v8 −4 the local log's start (KIP-405), v9 −5 the last tiered offset
 * (KIP-1005), v10 a timeout for remote look-ups (KIP-1075), v11 −6 the earliest upload pending (KIP-1023).
 */
const request = {
  replicaId: int32('0+'),
  isolationLevel: int8('2+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          currentLeaderEpoch: int32('4+', { default: -1 }),
          timestamp: int64('0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
  timeoutMs: int32('10+'),
};

const response = {
  throttleTimeMs: int32('2+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          timestamp: int64('1+', { default: -1 }),
          offset: int64('1+', { default: -1 }),
          leaderEpoch: int32('4+', { default: -1 }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type ListOffsetsRequest = Decoded<typeof request>;
export type ListOffsetsResponse = Encodable<typeof response>;

export const listOffsetsApi = defineApi({
  key: 2,
  name: 'ListOffsets',
  versionMin: 1,
  versionMax: 11,
  flexibleFrom: 6,
  request,
  response,
});
