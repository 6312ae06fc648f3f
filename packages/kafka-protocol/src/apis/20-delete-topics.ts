import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string, uuid } from '../schema.ts';

/**
 * DeleteTopics. v1 adds throttle time, v3 may answer TOPIC_DELETION_DISABLED, v4 is flexible, v5 adds a
 * message (KIP-599), v6 takes names or ids in `topics` in place of `topicNames` (KIP-516).
 */
const request = {
  topics: array(
    {
      name: string('6+', { nullable: '6+', default: null }),
      topicId: uuid('6+'),
    },
    '6+',
  ),
  topicNames: array('string', '0-5'),
  timeoutMs: int32('0+'),
};

const response = {
  throttleTimeMs: int32('1+'),
  responses: array(
    {
      name: string('0+', { nullable: '6+' }),
      topicId: uuid('6+'),
      errorCode: int16('0+'),
      errorMessage: string('5+', { nullable: '5+', default: null }),
    },
    '0+',
  ),
};

export type DeleteTopicsRequest = Decoded<typeof request>;
export type DeleteTopicsResponse = Encodable<typeof response>;

export const deleteTopicsApi = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versionMin: 1,
  versionMax: 6,
  flexibleFrom: 4,
  request,
  response,
});
