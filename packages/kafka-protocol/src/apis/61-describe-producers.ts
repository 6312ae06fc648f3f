import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/** DescribeProducers (KIP-664): what a partition's leader remembers of those that write to it. */
const request = {
  topics: array({ name: string('0+'), partitionIndexes: array('int32', '0+') }, '0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+', default: null }),
          activeProducers: array(
            {
              producerId: int64('0+'),
              producerEpoch: int32('0+'),
              lastSequence: int32('0+', { default: -1 }),
              lastTimestamp: int64('0+', { default: -1 }),
              coordinatorEpoch: int32('0+'),
              currentTxnStartOffset: int64('0+', { default: -1 }),
            },
            '0+',
          ),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type DescribeProducersRequest = Decoded<typeof request>;
export type DescribeProducersResponse = Encodable<typeof response>;

export const describeProducersApi = defineApi({
  key: 61,
  name: 'DescribeProducers',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
