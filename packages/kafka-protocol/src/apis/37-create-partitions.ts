import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/** CreatePartitions (KIP-195). v2 is flexible, v3 may answer THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const request = {
  topics: array(
    {
      name: string('0+'),
      count: int32('0+'),
      assignments: array({ brokerIds: array('int32', '0+') }, '0+', { nullable: '0+' }),
    },
    '0+',
  ),
  timeoutMs: int32('0+'),
  validateOnly: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  results: array(
    {
      name: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
    },
    '0+',
  ),
};

export type CreatePartitionsRequest = Decoded<typeof request>;
export type CreatePartitionsResponse = Encodable<typeof response>;

export const createPartitionsApi = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versionMin: 0,
  versionMax: 3,
  flexibleFrom: 2,
  request,
  response,
});
