import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, int64, string, uuid } from '../schema.ts';

/**
 * OffsetFetch. From v2 a null array of topics asks for all, and errors of the group stand at the top; v3
 * adds throttle time, v5 leader epochs, v6 is flexible, v7 adds require_stable (KIP-447), v8 asks for many
 * groups at once (KIP-709) and moves everything below `groups`, v9 adds member id and epoch (KIP-848), v10
 * names topics by id.
 */
const request = {
  groupId: string('0-7'),
  topics: array(
    {
      name: string('0-7'),
      partitionIndexes: array('int32', '0-7'),
    },
    '0-7',
    { nullable: '2-7' },
  ),
  groups: array(
    {
      groupId: string('8+'),
      memberId: string('9+', { nullable: '9+', default: null }),
      memberEpoch: int32('9+', { default: -1 }),
      topics: array(
        {
          name: string('8-9'),
          topicId: uuid('10+'),
          partitionIndexes: array('int32', '8+'),
        },
        '8+',
        { nullable: '8+' },
      ),
    },
    '8+',
  ),
  requireStable: bool('7+', { default: false }),
};

const response = {
  throttleTimeMs: int32('3+'),
  topics: array(
    {
      name: string('0-7'),
      partitions: array(
        {
          partitionIndex: int32('0-7'),
          committedOffset: int64('0-7'),
          committedLeaderEpoch: int32('5-7', { default: -1 }),
          metadata: string('0-7', { nullable: '0-7' }),
          errorCode: int16('0-7'),
        },
        '0-7',
      ),
    },
    '0-7',
  ),
  errorCode: int16('2-7', { default: 0 }),
  groups: array(
    {
      groupId: string('8+'),
      topics: array(
        {
          name: string('8-9'),
          topicId: uuid('10+'),
          partitions: array(
            {
              partitionIndex: int32('8+'),
              committedOffset: int64('8+'),
              committedLeaderEpoch: int32('8+', { default: -1 }),
              metadata: string('8+', { nullable: '8+' }),
              errorCode: int16('8+'),
            },
            '8+',
          ),
        },
        '8+',
      ),
      errorCode: int16('8+', { default: 0 }),
    },
    '8+',
  ),
};

export type OffsetFetchRequest = Decoded<typeof request>;
export type OffsetFetchResponse = Encodable<typeof response>;

export const offsetFetchApi = defineApi({
  key: 9,
  name: 'OffsetFetch',
  versionMin: 1,
  versionMax: 10,
  flexibleFrom: 6,
  request,
  response,
});
