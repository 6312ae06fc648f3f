import { defineApi } from '../api.ts';
import { bool, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * EndTxn (KIP-98). v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible, v4 may answer
 * TRANSACTION_ABORTABLE, v5 gives the id and epoch of the next transaction (KIP-890).
 */
const request = {
  transactionalId: string('0+'),
  producerId: int64('0+'),
  producerEpoch: int16('0+'),
  committed: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  producerId: int64('5+', { default: -1 }),
  producerEpoch: int16('5+', { default: -1 }),
};

export type EndTxnRequest = Decoded<typeof request>;
export type EndTxnResponse = Encodable<typeof response>;

export const endTxnApi = defineApi({
  key: 26,
  name: 'EndTxn',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 3,
  request,
  response,
});
