import { defineApi } from '../api.ts';
import { type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * AddOffsetsToTxn (KIP-98). v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible, v4 may answer
 * TRANSACTION_ABORTABLE (KIP-890).
 */
const request = {
  transactionalId: string('0+'),
  producerId: int64('0+'),
  producerEpoch: int16('0+'),
  groupId: string('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
};

export type AddOffsetsToTxnRequest = Decoded<typeof request>;
export type AddOffsetsToTxnResponse = Encodable<typeof response>;

export const addOffsetsToTxnApi = defineApi({
  key: 25,
  name: 'AddOffsetsToTxn',
  versionMin: 0,
  versionMax: 4,
  flexibleFrom: 3,
  request,
  response,
});
