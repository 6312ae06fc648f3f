import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, string, struct, uuid } from '../schema.ts';

/** DescribeTopicPartitions (KIP-966): a page of the partitions of topics, with the replicas that may lead. */
const request = {
  topics: array({ name: string('0+') }, '0+'),
  responsePartitionLimit: int32('0+', { default: 2000 }),
  cursor: struct({ topicName: string('0+'), partitionIndex: int32('0+') }, '0+', {
    nullable: '0+',
    default: null,
  }),
};

const response = {
  throttleTimeMs: int32('0+'),
  topics: array(
    {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '0+' }),
      topicId: uuid('0+'),
      isInternal: bool('0+', { default: false }),
      partitions: array(
        {
          errorCode: int16('0+'),
          partitionIndex: int32('0+'),
          leaderId: int32('0+'),
          leaderEpoch: int32('0+', { default: -1 }),
          replicaNodes: array('int32', '0+'),
          isrNodes: array('int32', '0+'),
          eligibleLeaderReplicas: array('int32', '0+', { nullable: '0+', default: null }),
          lastKnownElr: array('int32', '0+', { nullable: '0+', default: null }),
          offlineReplicas: array('int32', '0+'),
        },
        '0+',
      ),
      topicAuthorizedOperations: int32('0+', { default: -0x8000_0000 }),
    },
    '0+',
  ),
  nextCursor: struct({ topicName: string('0+'), partitionIndex: int32('0+') }, '0+', {
    nullable: '0+',
    default: null,
  }),
};

export type DescribeTopicPartitionsRequest = Decoded<typeof request>;
export type DescribeTopicPartitionsResponse = Encodable<typeof response>;

export const describeTopicPartitionsApi = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
