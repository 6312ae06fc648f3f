import { defineApi } from '../api.ts';
import { bool, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * InitProducerId. v2 is flexible, v3 lets a producer go on with the id and epoch it has (KIP-360), v4 may
 * answer PRODUCER_FENCED (KIP-588), v5 TRANSACTION_ABORTABLE (KIP-890), v6 adds two-phase commit (KIP-939),
 * which Apache Kafka 4.3 does not advertise.
 */
const request = {
  transactionalId: string('0+', { nullable: '0+' }),
  transactionTimeoutMs: int32('0+'),
  producerId: int64('3+', { default: -1 }),
  producerEpoch: int16('3+', { default: -1 }),
  enable2Pc: bool('6+', { default: false }),
  keepPreparedTxn: bool('6+', { default: false }),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  producerId: int64('0+', { default: -1 }),
  producerEpoch: int16('0+'),
  ongoingTxnProducerId: int64('6+', { default: -1 }),
  ongoingTxnProducerEpoch: int16('6+', { default: -1 }),
};

export type InitProducerIdRequest = Decoded<typeof request>;
export type InitProducerIdResponse = Encodable<typeof response>;

export const initProducerIdApi = defineApi({
  key: 22,
  name: 'InitProducerId',
  versionMin: 0,
  versionMax: 6,
  flexibleFrom: 2,
  request,
  response,
});
