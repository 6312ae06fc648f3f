import { defineApi } from '../api.ts';
import {
  array,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  int64,
  records,
  string,
  struct,
  uuid,
} from '../schema.ts';

/**
 * Fetch. v4 adds isolation level, last stable offset and aborted transactions (KIP-98), v5 the log start
 * offset, v7 sessions (KIP-227), v9 the current leader epoch (KIP-320), v10 allows zstd (KIP-110), v11 adds
 * the rack and the preferred replica (KIP-392), v12 is flexible and tells of divergence (KIP-595), v13 names
 * topics by id (KIP-516), v14 may answer OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405), v15 puts the replica in a
 * tagged struct (KIP-903), v16 tells the new leaders' addresses (KIP-951), v17 adds the directory id
 * (KIP-853), v18 the follower's high watermark (KIP-1166), whose 2^63−1 means "not told" and is Infinity here.
 */
const request = {
  clusterId: string('12+', { nullable: '12+', default: null, tag: 0 }),
  replicaId: int32('0-14', { default: -1 }),
  replicaState: struct(
    {
      replicaId: int32('15+', { default: -1 }),
      replicaEpoch: int64('15+', { default: -1 }),
    },
    '15+',
    { tag: 1 },
  ),
  maxWaitMs: int32('0+'),
  minBytes: int32('0+'),
  maxBytes: int32('3+', { default: 0x7fff_ffff }),
  isolationLevel: int8('4+', { default: 0 }),
  sessionId: int32('7+', { default: 0 }),
  sessionEpoch: int32('7+', { default: -1 }),
  topics: array(
    {
      topic: string('0-12'),
      topicId: uuid('13+'),
      partitions: array(
        {
          partition: int32('0+'),
          currentLeaderEpoch: int32('9+', { default: -1 }),
          fetchOffset: int64('0+'),
          lastFetchedEpoch: int32('12+', { default: -1 }),
          logStartOffset: int64('5+', { default: -1 }),
          partitionMaxBytes: int32('0+'),
          replicaDirectoryId: uuid('17+', { tag: 0 }),
          highWatermark: int64('18+', { default: Number.POSITIVE_INFINITY, tag: 1 }),
        },
        '0+',
      ),
    },
    '0+',
  ),
  forgottenTopicsData: array(
    {
      topic: string('7-12'),
      topicId: uuid('13+'),
      partitions: array('int32', '7+'),
    },
    '7+',
  ),
  rackId: string('11+', { default: '' }),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('7+'),
  sessionId: int32('7+', { default: 0 }),
  responses: array(
    {
      topic: string('0-12'),
      topicId: uuid('13+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          highWatermark: int64('0+'),
          lastStableOffset: int64('4+', { default: -1 }),
          logStartOffset: int64('5+', { default: -1 }),
          divergingEpoch: struct(
            {
              epoch: int32('12+', { default: -1 }),
              endOffset: int64('12+', { default: -1 }),
            },
            '12+',
            { tag: 0 },
          ),
          currentLeader: struct(
            {
              leaderId: int32('12+', { default: -1 }),
              leaderEpoch: int32('12+', { default: -1 }),
            },
            '12+',
            { tag: 1 },
          ),
          snapshotId: struct(
            {
              endOffset: int64('0+', { default: -1 }),
              epoch: int32('0+', { default: -1 }),
            },
            '12+',
            { tag: 2 },
          ),
          abortedTransactions: array(
            {
              producerId: int64('4+'),
              firstOffset: int64('4+'),
            },
            '4+',
            { nullable: '4+' },
          ),
          preferredReadReplica: int32('11+', { default: -1 }),
          records: records('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
  nodeEndpoints: array(
    {
      nodeId: int32('16+'),
      host: string('16+'),
      port: int32('16+'),
      rack: string('16+', { nullable: '16+', default: null }),
    },
    '16+',
    { tag: 0 },
  ),
};

export type FetchRequest = Decoded<typeof request>;
export type FetchResponse = Encodable<typeof response>;

export const fetchApi = defineApi({
  key: 1,
  name: 'Fetch',
  versionMin: 4,
  versionMax: 18,
  flexibleFrom: 12,
  request,
  response,
});
