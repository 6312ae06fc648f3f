import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, int64, string } from '../schema.ts';

/** WriteTxnMarkers (KIP-98). v1 is flexible, v2 says by which protocol the transaction was written (KIP-1228). */
const request = {
  markers: array(
    {
      producerId: int64('0+'),
      producerEpoch: int16('0+'),
      transactionResult: bool('0+'),
      topics: array({ name: string('0+'), partitionIndexes: array('int32', '0+') }, '0+'),
      coordinatorEpoch: int32('0+'),
      transactionVersion: int8('2+', { default: 0 }),
    },
    '0+',
  ),
};

const response = {
  markers: array(
    {
      producerId: int64('0+'),
      topics: array(
        {
          name: string('0+'),
          partitions: array({ partitionIndex: int32('0+'), errorCode: int16('0+') }, '0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type WriteTxnMarkersRequest = Decoded<typeof request>;
export type WriteTxnMarkersResponse = Encodable<typeof response>;

export const writeTxnMarkersApi = defineApi({
  key: 27,
  name: 'WriteTxnMarkers',
  versionMin: 1,
  versionMax: 2,
  flexibleFrom: 1,
  request,
  response,
});
