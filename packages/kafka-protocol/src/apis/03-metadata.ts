import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, string, uuid } from '../schema.ts';

/**
 * Metadata. In v0 an empty array asks for all topics; from v1 null does, and empty asks for none. v1 adds
 * racks, controller and internal topics, v2 the cluster id, v3 throttle time, v4 lets the client forbid topic
 * creation, v5 adds offline replicas, v7 leader epochs, v8 authorized operations (the cluster's until v10,
 * then DescribeCluster has them, KIP-700), v9 is flexible, v10 adds topic ids (asked by only from v12,
 * KIP-516), v13 an error for the whole response.
 */
const request = {
  topics: array(
    {
      topicId: uuid('10+'),
      name: string('0+', { nullable: '10+' }),
    },
    '0+',
    { nullable: '1+' },
  ),
  allowAutoTopicCreation: bool('4+', { default: true }),
  includeClusterAuthorizedOperations: bool('8-10'),
  includeTopicAuthorizedOperations: bool('8+'),
};

const response = {
  throttleTimeMs: int32('3+'),
  brokers: array(
    {
      nodeId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('1+', { nullable: '1+', default: null }),
    },
    '0+',
  ),
  clusterId: string('2+', { nullable: '2+', default: null }),
  controllerId: int32('1+', { default: -1 }),
  topics: array(
    {
      errorCode: int16('0+'),
      name: string('0+', { nullable: '12+' }),
      topicId: uuid('10+'),
      isInternal: bool('1+', { default: false }),
      partitions: array(
        {
          errorCode: int16('0+'),
          partitionIndex: int32('0+'),
          leaderId: int32('0+'),
          leaderEpoch: int32('7+', { default: -1 }),
          replicaNodes: array('int32', '0+'),
          isrNodes: array('int32', '0+'),
          offlineReplicas: array('int32', '5+'),
        },
        '0+',
      ),
      topicAuthorizedOperations: int32('8+', { default: -2147483648 }),
    },
    '0+',
  ),
  clusterAuthorizedOperations: int32('8-10', { default: -2147483648 }),
  errorCode: int16('13+'),
};

export type MetadataRequest = Decoded<typeof request>;
export type MetadataResponse = Encodable<typeof response>;

export const metadataApi = defineApi({
  key: 3,
  name: 'Metadata',
  versionMin: 0,
  versionMax: 13,
  flexibleFrom: 9,
  request,
  response,
});
