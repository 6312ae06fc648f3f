import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string, uuid } from '../schema.ts';

/**
 * OffsetCommit. v2–4 carry a retention time that v5 dropped, v3 adds throttle time, v6 leader epochs
 * (KIP-320), v7 the static member's name (KIP-345), v8 is flexible, v9 may answer STALE_MEMBER_EPOCH and
 * GROUP_ID_NOT_FOUND (KIP-848), v10 names topics by id.
 */
const request = {
  groupId: string('0+'),
  generationIdOrMemberEpoch: int32('1+', { default: -1 }),
  memberId: string('1+'),
  groupInstanceId: string('7+', { nullable: '7+', default: null }),
  retentionTimeMs: int64('2-4', { default: -1 }),
  topics: array(
    {
      name: string('0-9'),
      topicId: uuid('10+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          committedOffset: int64('0+'),
          committedLeaderEpoch: int32('6+', { default: -1 }),
          committedMetadata: string('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('3+'),
  topics: array(
    {
      name: string('0-9'),
      topicId: uuid('10+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type OffsetCommitRequest = Decoded<typeof request>;
export type OffsetCommitResponse = Encodable<typeof response>;

export const offsetCommitApi = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versionMin: 2,
  versionMax: 10,
  flexibleFrom: 8,
  request,
  response,
});
