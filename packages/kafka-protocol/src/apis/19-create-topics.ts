import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string, uuid } from '../schema.ts';

/**
 * CreateTopics. v4 lets partitions and replication factor be −1 for the broker's default (KIP-464), v5 is
 * flexible and answers with the topic's configuration (KIP-525), v6 may answer THROTTLING_QUOTA_EXCEEDED
 * (KIP-599), v7 answers with the topic's id (KIP-516).
 */
const request = {
  topics: array(
    {
      name: string('0+'),
      numPartitions: int32('0+'),
      replicationFactor: int16('0+'),
      assignments: array(
        {
          partitionIndex: int32('0+'),
          brokerIds: array('int32', '0+'),
        },
        '0+',
      ),
      configs: array(
        {
          name: string('0+'),
          value: string('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
  timeoutMs: int32('0+', { default: 60000 }),
  validateOnly: bool('1+', { default: false }),
};

const response = {
  throttleTimeMs: int32('2+'),
  topics: array(
    {
      name: string('0+'),
      topicId: uuid('7+'),
      errorCode: int16('0+'),
      errorMessage: string('1+', { nullable: '0+' }),
      topicConfigErrorCode: int16('5+', { tag: 0 }),
      numPartitions: int32('5+', { default: -1 }),
      replicationFactor: int16('5+', { default: -1 }),
      configs: array(
        {
          name: string('5+'),
          value: string('5+', { nullable: '5+' }),
          readOnly: bool('5+'),
          configSource: int8('5+', { default: -1 }),
          isSensitive: bool('5+'),
        },
        '5+',
        { nullable: '5+' },
      ),
    },
    '0+',
  ),
};

export type CreateTopicsRequest = Decoded<typeof request>;
export type CreateTopicsResponse = Encodable<typeof response>;

export const createTopicsApi = defineApi({
  key: 19,
  name: 'CreateTopics',
  versionMin: 2,
  versionMax: 7,
  flexibleFrom: 5,
  request,
  response,
});
