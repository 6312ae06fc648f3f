import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/** ListTransactions (KIP-664). v1 filters by how long a transaction has been open, v2 by a pattern of names (KIP-1152). */
const request = {
  stateFilters: array('string', '0+'),
  producerIdFilters: array('int64', '0+'),
  durationFilter: int64('1+', { default: -1 }),
  transactionalIdPattern: string('2+', { nullable: '2+', default: null }),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  unknownStateFilters: array('string', '0+'),
  transactionStates: array(
    { transactionalId: string('0+'), producerId: int64('0+'), transactionState: string('0+') },
    '0+',
  ),
};

export type ListTransactionsRequest = Decoded<typeof request>;
export type ListTransactionsResponse = Encodable<typeof response>;

export const listTransactionsApi = defineApi({
  key: 66,
  name: 'ListTransactions',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
