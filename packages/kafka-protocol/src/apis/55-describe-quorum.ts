import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, int64, string, uint16, uuid } from '../schema.ts';

/**
 * DescribeQuorum (KIP-595), flexible from the start. v1 adds when replicas fetched and were caught up (KIP-836), v2 the
 * directories of replicas, sentences of errors, and where the voters are reached (KIP-853).
 */
const request = {
  topics: array({ topicName: string('0+'), partitions: array({ partitionIndex: int32('0+') }, '0+') }, '0+'),
};

const replica = {
  replicaId: int32('0+'),
  replicaDirectoryId: uuid('2+'),
  /** -1: not known. */
  logEndOffset: int64('0+'),
  /** Milliseconds since the epoch, by the leader's clock; -1: not known. */
  lastFetchTimestamp: int64('1+', { default: -1 }),
  lastCaughtUpTimestamp: int64('1+', { default: -1 }),
};

const response = {
  errorCode: int16('0+'),
  errorMessage: string('2+', { nullable: '2+' }),
  topics: array(
    {
      topicName: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('2+', { nullable: '2+' }),
          leaderId: int32('0+'),
          leaderEpoch: int32('0+'),
          highWatermark: int64('0+'),
          currentVoters: array(replica, '0+'),
          observers: array(replica, '0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
  nodes: array(
    {
      nodeId: int32('2+'),
      listeners: array({ name: string('2+'), host: string('2+'), port: uint16('2+') }, '2+'),
    },
    '2+',
  ),
};

export type DescribeQuorumRequest = Decoded<typeof request>;
export type DescribeQuorumResponse = Encodable<typeof response>;

export const describeQuorumApi = defineApi({
  key: 55,
  name: 'DescribeQuorum',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
