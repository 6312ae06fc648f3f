import { defineApi } from '../api.ts';
import {
  array,
  type Decoded,
  type Encodable,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

/**
 * Produce (KIP-98). v3 is the first with record batches (magic 2) and the transactional id; v0–2 went with
 * Apache Kafka 4.0, though a broker advertises them for old librdkafka (KAFKA-18659). v4 may answer
 * KAFKA_STORAGE_ERROR, v5 adds the log start offset, v7 allows zstd (KIP-110), v8 adds record errors and a
 * message (KIP-467), v9 is flexible, v10 tells the new leader in tagged fields (KIP-951), v11 and v12 belong
 * to transactions (KIP-890: TRANSACTION_ABORTABLE, then implicit AddPartitionsToTxn), v13 names topics by id
 * (KIP-516).
 */
const request = {
  transactionalId: string('3+', { nullable: '3+', default: null }),
  acks: int16('0+'),
  timeoutMs: int32('0+'),
  topicData: array(
    {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitionData: array(
        {
          index: int32('0+'),
          records: records('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  responses: array(
    {
      name: string('0-12'),
      topicId: uuid('13+'),
      partitionResponses: array(
        {
          index: int32('0+'),
          errorCode: int16('0+'),
          baseOffset: int64('0+'),
          logAppendTimeMs: int64('2+', { default: -1 }),
          logStartOffset: int64('5+', { default: -1 }),
          recordErrors: array(
            {
              batchIndex: int32('8+'),
              batchIndexErrorMessage: string('8+', { nullable: '8+', default: null }),
            },
            '8+',
          ),
          errorMessage: string('8+', { nullable: '8+', default: null }),
          currentLeader: struct(
            {
              leaderId: int32('10+', { default: -1 }),
              leaderEpoch: int32('10+', { default: -1 }),
            },
            '10+',
            { tag: 0 },
          ),
        },
        '0+',
      ),
    },
    '0+',
  ),
  throttleTimeMs: int32('1+', { default: 0 }),
  nodeEndpoints: array(
    {
      nodeId: int32('10+'),
      host: string('10+'),
      port: int32('10+'),
      rack: string('10+', { nullable: '10+', default: null }),
    },
    '10+',
    { tag: 0 },
  ),
};

export type ProduceRequest = Decoded<typeof request>;
export type ProduceResponse = Encodable<typeof response>;

export const produceApi = defineApi({
  key: 0,
  name: 'Produce',
  versionMin: 3,
  versionMax: 13,
  flexibleFrom: 9,
  request,
  response,
});
