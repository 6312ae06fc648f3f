import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { deleteTopicsApi } from '@weir/kafka-protocol/apis/20-delete-topics';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import {
  fetchSessionBytesPerClusterMax,
  groupBytesPerClusterMax,
  producerBytesPerClusterMax,
} from '../src/limits.ts';
import { batchOf } from '../src/testing/log-for-tests.ts';
import type { AbuseStage } from './abuse-stage.ts';
import type { AbuseCase } from './case.ts';
import type { Client } from './client.ts';
import { workFrom } from './flood.ts';
import { ownerIds } from './tenants.ts';

// State that a broker is made to keep: each up to the bound of a cluster, and beyond it if it can be had.

const [ownerId, secondId] = ownerIds;
const mebibyte = 1024 * 1024;
const metadataCharacters = 4_096;
const wide = 'wide';
const widePartitions = 1_000;

/** Metadata that takes three bytes a character on the wire. */
const costlyMetadata = '\u20ac'.repeat(metadataCharacters);

function commitOf(groupId: string, first: number, count: number, committedMetadata: string) {
  const partitions = Array.from({ length: count }, (_, index) => ({
    partitionIndex: (first + index) % widePartitions,
    committedOffset: 1,
    committedMetadata,
  }));
  return { groupId, memberId: '', topics: [{ name: wide, partitions }] };
}

const withWide = async (stage: AbuseStage) => {
  for (const id of [ownerId, secondId]) {
    const owner = await stage.signIn(id);
    await stage.topic(owner, wide, widePartitions);
    owner.end();
  }
};

const oneOf = (index: number) => (index % 2 === 0 ? ownerId : secondId);
const signInAsOneOf = (stage: AbuseStage) => (index: number) => stage.signIn(oneOf(index));

const commits: readonly AbuseCase[] = [
  {
    name: 'fills/commit-metadata',
    does: 'two tenants commit 4,096 characters for each of a thousand partitions, in group after group',
    isShort: true,
    isFresh: true,
    lasts: 3,
    keptBytesMax: 2 * groupBytesPerClusterMax,
    prepare: withWide,
    run: (stage) =>
      workFrom(stage, 8, signInAsOneOf(stage), async (client, index, round) => {
        const commit = commitOf(`g-${index}-${round}`, round * 90, 90, costlyMetadata);
        const answer = await client.request(offsetCommitApi, 8, commit);
        const refused = answer?.topics[0]?.partitions.some(({ errorCode }) => errorCode !== 0);
        if (refused) stage.erred('a commit was refused');
      }),
  },
  {
    name: 'fills/groups',
    does: 'two tenants begin as many groups as they are let',
    isFresh: true,
    lasts: 2,
    keptBytesMax: 2 * groupBytesPerClusterMax,
    prepare: withWide,
    run: (stage) =>
      workFrom(stage, 20, signInAsOneOf(stage), (client, index, round) =>
        client.request(offsetCommitApi, 8, commitOf(`many-${index}-${round}`, 0, 1, '')),
      ),
  },
  {
    name: 'fills/members',
    does: 'members whose subscriptions have 1 MiB join, as many as are let',
    isFresh: true,
    lasts: 2,
    keptBytesMax: 2 * groupBytesPerClusterMax,
    run: (stage) =>
      workFrom(stage, 20, signInAsOneOf(stage), (client, index, round) => {
        const protocols = [{ name: 'range', metadata: Buffer.alloc(mebibyte, 1) }];
        return client.request(joinGroupApi, 3, {
          groupId: `members-${index % 10}-${round % 20}`,
          sessionTimeoutMs: 300_000,
          rebalanceTimeoutMs: 1_000,
          memberId: '',
          protocolType: 'consumer',
          protocols,
        });
      }),
  },
];

async function produceAsNew(stage: AbuseStage, client: Client, partition: number): Promise<void> {
  const begun = await client.request(initProducerIdApi, 4, {
    transactionalId: null,
    transactionTimeoutMs: 1_000,
    producerId: -1,
    producerEpoch: -1,
  });
  if (begun === null || begun.errorCode !== 0) return stage.erred('no producer id');
  const { producerId, producerEpoch } = begun;
  const batch = { timestamp: Date.now(), producerId, producerEpoch, baseSequence: 0, valueBytes: 10 };
  await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: wide, partitionData: [{ index: partition, records: batchOf(batch) }] }],
  });
}

const others: readonly AbuseCase[] = [
  {
    name: 'fills/producer-ids',
    does: 'a new idempotent producer for every batch, on 40 connections of two tenants',
    isFresh: true,
    lasts: 2,
    keptBytesMax: 2 * producerBytesPerClusterMax,
    prepare: withWide,
    run: (stage) =>
      workFrom(stage, 40, signInAsOneOf(stage), (client, index, round) =>
        produceAsNew(stage, client, (index * 25 + round) % widePartitions),
      ),
  },
  {
    name: 'fills/fetch-sessions',
    does: 'a new fetch session with a thousand partitions for every request, and all are kept',
    isShort: true,
    isFresh: true,
    keptBytesMax: 2 * fetchSessionBytesPerClusterMax,
    prepare: withWide,
    run(stage) {
      const partitions = Array.from({ length: widePartitions }, (_, partition) => ({
        partition,
        fetchOffset: 0,
        partitionMaxBytes: 1,
      }));
      const begin = {
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1,
        sessionId: 0,
        sessionEpoch: 0,
        topics: [{ topic: wide, partitions }],
        forgottenTopicsData: [],
      };
      return workFrom(stage, 10, signInAsOneOf(stage), (client) => client.request(fetchApi, 12, begin));
    },
  },
  {
    name: 'fills/topics-in-a-loop',
    does: 'topics of 50 partitions made, written to and removed, without an end',
    isFresh: true,
    lasts: 2,
    keptBytesMax: 16 * mebibyte,
    run: (stage) =>
      workFrom(stage, 6, signInAsOneOf(stage), async (client, index, round) => {
        const name = `loop-${index}-${round}`;
        const topics = [{ name, numPartitions: 50, replicationFactor: 1, assignments: [], configs: [] }];
        await client.request(createTopicsApi, 7, { topics, timeoutMs: 5_000, validateOnly: false });
        const partitionData = Array.from({ length: 50 }, (_, partition) => ({
          index: partition,
          records: batchOf({ timestamp: Date.now() }),
        }));
        const topicData = [{ name, partitionData }];
        await client.request(produceApi, 9, { transactionalId: null, acks: -1, timeoutMs: 5_000, topicData });
        const gone = [{ name, topicId: zeroUuid }];
        await client.request(deleteTopicsApi, 6, { topics: gone, timeoutMs: 5_000 });
      }),
  },
  {
    name: 'fills/segments',
    does: 'a thousand partitions with segment.ms of 1 and the smallest segments, all written to in turn',
    isFresh: true,
    lasts: 2,
    keptBytesMax: 64 * mebibyte,
    async prepare(stage) {
      for (const id of [ownerId, secondId]) {
        const owner = await stage.signIn(id);
        await stage.topic(owner, wide, widePartitions, { 'segment.ms': '1', 'segment.bytes': '1048576' });
        owner.end();
      }
    },
    run(stage) {
      const records = batchOf({ valueBytes: 200_000, timestamp: Date.now() });
      return workFrom(stage, 20, signInAsOneOf(stage), (client, index, round) => {
        const partitionData = [{ index: (index * 50 + (round % 50)) % widePartitions, records }];
        const topicData = [{ name: wide, partitionData }];
        return client.request(produceApi, 9, {
          transactionalId: null,
          acks: -1,
          timeoutMs: 5_000,
          topicData,
        });
      });
    },
  },
];

export const fillers: readonly AbuseCase[] = [...commits, ...others];
