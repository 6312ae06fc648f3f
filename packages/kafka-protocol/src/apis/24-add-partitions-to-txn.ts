import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * AddPartitionsToTxn (KIP-98). v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible; v4 asks for several
 * transactions, and whether partitions are in them (KIP-890), as brokers of Apache Kafka do; v5 may answer
 * TRANSACTION_ABORTABLE.
 */
const topic = {
  name: string('0+'),
  partitions: array('int32', '0+'),
};

const topicResult = {
  name: string('0+'),
  resultsByPartition: array({ partitionIndex: int32('0+'), partitionErrorCode: int16('0+') }, '0+'),
};

const request = {
  transactions: array(
    {
      transactionalId: string('4+'),
      producerId: int64('4+'),
      producerEpoch: int16('4+'),
      verifyOnly: bool('4+', { default: false }),
      topics: array(topic, '4+'),
    },
    '4+',
  ),
  v3AndBelowTransactionalId: string('0-3'),
  v3AndBelowProducerId: int64('0-3'),
  v3AndBelowProducerEpoch: int16('0-3'),
  v3AndBelowTopics: array(topic, '0-3'),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('4+'),
  resultsByTransaction: array(
    { transactionalId: string('4+'), topicResults: array(topicResult, '4+') },
    '4+',
  ),
  resultsByTopicV3AndBelow: array(topicResult, '0-3'),
};

export type AddPartitionsToTxnRequest = Decoded<typeof request>;
export type AddPartitionsToTxnResponse = Encodable<typeof response>;

export const addPartitionsToTxnApi = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 3,
  request,
  response,
});
