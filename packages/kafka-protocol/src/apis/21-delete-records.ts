import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/** DeleteRecords (KIP-107): what lies below an offset goes. v2 is flexible. */
const request = {
  topics: array(
    { name: string('0+'), partitions: array({ partitionIndex: int32('0+'), offset: int64('0+') }, '0+') },
    '0+',
  ),
  timeoutMs: int32('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        { partitionIndex: int32('0+'), lowWatermark: int64('0+'), errorCode: int16('0+') },
        '0+',
      ),
    },
    '0+',
  ),
};

export type DeleteRecordsRequest = Decoded<typeof request>;
export type DeleteRecordsResponse = Encodable<typeof response>;

export const deleteRecordsApi = defineApi({
  key: 21,
  name: 'DeleteRecords',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 2,
  request,
  response,
});
