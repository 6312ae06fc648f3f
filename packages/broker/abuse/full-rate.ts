import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { groupBytesPerClusterMax } from '../src/limits.ts';
import { batchOf } from '../src/testing/log-for-tests.ts';
import { requestFrame } from '../src/testing/raw-client.ts';
import type { AbuseStage } from './abuse-stage.ts';
import type { AbuseCase } from './case.ts';
import { floodFrom, workFrom } from './flood.ts';
import { crowdId, ownerIds } from './tenants.ts';

// Tenants who do what they bought, all of it at once.

const [ownerId, secondId] = ownerIds;
const topic = 'own';
const partitions = 4;
const mebibyte = 1024 * 1024;

const produceOf = (index: number, valueBytes: number) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 10_000,
  topicData: [
    {
      name: topic,
      partitionData: [{ index: index % partitions, records: batchOf({ valueBytes, timestamp: Date.now() }) }],
    },
  ],
});

const withTopic = async (stage: AbuseStage) => {
  const owner = await stage.signIn(ownerId);
  await stage.topic(owner, topic, partitions);
  owner.end();
};

/** More than the tail cache holds, so that whoever reads from the beginning reads from the disk. */
async function fillBeyondCache(stage: AbuseStage): Promise<void> {
  await withTopic(stage);
  const client = await stage.signIn(ownerId);
  for (let index = 0; index < 200; index += 1)
    await client.request(produceApi, 9, produceOf(index, mebibyte));
  client.end();
}

const fetchAll = (fetchOffset: number, partition: number) => ({
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 16 * mebibyte,
  topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 8 * mebibyte }] }],
  forgottenTopicsData: [],
});

const ofOneTenant: readonly AbuseCase[] = [
  {
    name: 'full-rate/produce',
    does: 'a tenant produces 1 MiB batches at the full rate of his kind on 8 connections',
    isFresh: true,
    prepare: withTopic,
    run: (stage) =>
      floodFrom(stage, 8, () => stage.signIn(ownerId), requestFrame(produceApi, 9, produceOf(0, mebibyte))),
  },
  {
    name: 'full-rate/unbatched',
    does: 'a tenant sends a request a record of 100 bytes, pipelined on 10 connections',
    isShort: true,
    prepare: withTopic,
    run: (stage) =>
      floodFrom(stage, 10, () => stage.signIn(ownerId), requestFrame(produceApi, 9, produceOf(0, 100))),
  },
  {
    name: 'full-rate/cold-reads',
    does: '50 consumers read everything from the beginning, more than any cache holds',
    isFresh: true,
    lasts: 2,
    prepare: fillBeyondCache,
    run: (stage) =>
      workFrom(
        stage,
        50,
        () => stage.signIn(ownerId),
        (client, index, round) =>
          client.request(fetchApi, 12, fetchAll((round * 8) % 50, index % partitions)),
      ),
  },
  {
    name: 'full-rate/commits',
    does: 'a tenant commits offsets as fast as 50 connections can',
    isFresh: true,
    keptBytesMax: groupBytesPerClusterMax,
    prepare: withTopic,
    run: (stage) =>
      workFrom(
        stage,
        50,
        () => stage.signIn(ownerId),
        (client, index, round) =>
          client.request(offsetCommitApi, 8, {
            groupId: `rate-${index}`,
            memberId: '',
            topics: [
              {
                name: topic,
                partitions: [{ partitionIndex: 0, committedOffset: round, committedMetadata: 'x' }],
              },
            ],
          }),
      ),
  },
  {
    name: 'full-rate/joins',
    does: 'members join groups as fast as 50 connections can, and none goes on',
    isFresh: true,
    keptBytesMax: groupBytesPerClusterMax,
    run: (stage) =>
      workFrom(
        stage,
        50,
        () => stage.signIn(secondId),
        (client, index, round) =>
          client.request(joinGroupApi, 3, {
            groupId: `joins-${index}-${round % 10}`,
            sessionTimeoutMs: 10_000,
            rebalanceTimeoutMs: 1_000,
            memberId: '',
            protocolType: 'consumer',
            protocols: [{ name: 'range', metadata: Buffer.alloc(100) }],
          }),
      ),
  },
];

const crowd = 1_000;

const ofMany: readonly AbuseCase[] = [
  {
    name: 'crowd/a-thousand-tenants',
    does: 'a thousand tenants produce, fetch and commit, a connection each',
    lasts: 4,
    crowd,
    keptBytesMax: 256 * mebibyte,
    async prepare(stage) {
      for (let index = 0; index < crowd; index += 1) {
        const client = await stage.signIn(crowdId(index));
        await stage.topic(client, topic, 1);
        client.end();
      }
    },
    run: (stage) =>
      workFrom(
        stage,
        crowd,
        (index) => stage.signIn(crowdId(index)),
        async (client, _, round) => {
          if (round % 2 === 0) await client.request(produceApi, 9, produceOf(0, 1_000));
          else await client.request(fetchApi, 12, fetchAll(0, 0));
        },
      ),
  },
  {
    name: 'crowd/heap-at-its-watermark',
    does: 'four tenants fill a broker with a small heap with offsets, groups and members, and go on',
    heapMb: 192,
    lasts: 4,
    keptBytesMax: 4 * groupBytesPerClusterMax,
    prepare: async (stage) => {
      for (const id of ownerIds) {
        const owner = await stage.signIn(id);
        await stage.topic(owner, topic, 1_000);
        owner.end();
      }
    },
    run: (stage) =>
      workFrom(
        stage,
        32,
        (index) => stage.signIn(ownerIds[index % ownerIds.length] ?? ownerId),
        (client, index, round) =>
          client.request(offsetCommitApi, 8, {
            groupId: `heap-${index}-${round % 30}`,
            memberId: '',
            topics: [
              {
                name: topic,
                partitions: Array.from({ length: 200 }, (_, each) => ({
                  partitionIndex: (round * 200 + each) % 1_000,
                  committedOffset: round,
                  committedMetadata: 'm'.repeat(500),
                })),
              },
            ],
          }),
      ),
  },
];

export const fullRate: readonly AbuseCase[] = [...ofOneTenant, ...ofMany];
