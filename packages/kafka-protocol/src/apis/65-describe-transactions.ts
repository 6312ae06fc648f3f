import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/** DescribeTransactions (KIP-664). */
const request = {
  transactionalIds: array('string', '0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  transactionStates: array(
    {
      errorCode: int16('0+'),
      transactionalId: string('0+'),
      transactionState: string('0+'),
      transactionTimeoutMs: int32('0+'),
      transactionStartTimeMs: int64('0+'),
      producerId: int64('0+'),
      producerEpoch: int16('0+'),
      topics: array({ topic: string('0+'), partitions: array('int32', '0+') }, '0+'),
    },
    '0+',
  ),
};

export type DescribeTransactionsRequest = Decoded<typeof request>;
export type DescribeTransactionsResponse = Encodable<typeof response>;

export const describeTransactionsApi = defineApi({
  key: 65,
  name: 'DescribeTransactions',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
