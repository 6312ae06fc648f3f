import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { deleteRecordsApi } from '@weir/kafka-protocol/apis/21-delete-records';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { offsetForLeaderEpochApi } from '@weir/kafka-protocol/apis/23-offset-for-leader-epoch';
import { describeProducersApi } from '@weir/kafka-protocol/apis/61-describe-producers';
import { compression } from '@weir/kafka-protocol/compression';
import { compressionTypes } from '@weir/kafka-protocol/record-batch';
import { encodeBatch, type NewBatch } from '@weir/kafka-protocol/records';
import type { World } from '../../abuse/sound-request.ts';
import type { Conversation } from '../conversation.ts';
import type { Sequence } from '../sequence.ts';
import { untilReadable } from '../world.ts';

type Target = Pick<World, 'topic' | 'topicId'>;

const dayMs = 86_400_000;

/** A batch of small records with these timestamps, milliseconds. */
const batch = (timestamps: readonly number[], rest: Omit<NewBatch, 'records'> = {}): Buffer =>
  encodeBatch(
    {
      records: timestamps.map((timestamp, at) => ({
        timestamp,
        key: Buffer.from(`k${at}`),
        value: Buffer.from(`v${at}`),
      })),
      ...rest,
    },
    compression,
  );

const produce = (
  talk: Conversation,
  { topic, topicId }: Target,
  version: number,
  records: Buffer,
  more = {},
) =>
  talk.say(produceApi, version, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 5_000,
    topicData: [{ name: topic, topicId, partitionData: [{ index: 1, records }] }],
    ...more,
  });

const fetch = (
  talk: Conversation,
  { topic, topicId }: Target,
  version: number,
  fetchOffset: number,
  more = {},
) =>
  talk.say(fetchApi, version, {
    replicaId: -1,
    maxWaitMs: 50,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      { topic, topicId, partitions: [{ partition: 1, fetchOffset, partitionMaxBytes: 1_000_000, ...more }] },
    ],
    forgottenTopicsData: [],
  });

const listOffsets = (talk: Conversation, { topic }: Target, version: number, timestamp: number) =>
  talk.say(listOffsetsApi, version, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: 1, currentLeaderEpoch: -1, timestamp }] }],
    timeoutMs: 1_000,
  });

const withCrcBroken = (bytes: Buffer): Buffer => {
  const broken = Buffer.from(bytes);
  broken.writeUInt32BE((broken.readUInt32BE(17) ^ 1) >>> 0, 17);
  return broken;
};

const plain = (version: number): Sequence => ({
  name: `records-${version}`,
  async run(talk, world) {
    const now = Date.now();
    await produce(talk, world, version, batch([now, now + 5, now + 3]));
    await produce(talk, world, version, withCrcBroken(batch([now])));
    await produce(talk, world, version, Buffer.alloc(0));
    await produce(talk, world, version, Buffer.concat([batch([now]), batch([now])]));
    await produce(talk, world, version, batch([now]), { acks: 1 });
    await produce(talk, world, version, batch([now]), { acks: 2 });
    await produce(
      talk,
      world,
      version,
      batch([now], { compressionType: 'none', baseOffset: 77, partitionLeaderEpoch: 9 }),
    );
    for (const offset of [0, 1, 3, 100, -1]) await fetch(talk, world, Math.min(version + 4, 18), offset);
    await fetch(talk, world, 12, 0, { currentLeaderEpoch: 5 });
    await fetch(talk, world, 12, 0, { currentLeaderEpoch: -1, lastFetchedEpoch: 0 });
    for (const timestamp of [-1, -2, -3, -4, now, now + 4, now + dayMs, 0])
      await listOffsets(talk, world, Math.min(version + 1, 11), timestamp);
  },
});

const compressions = (type: string): Sequence => ({
  name: `compression-${type}`,
  async run(talk, world) {
    const topic = `compressed-${type}-${world.topic}`;
    const configs = [{ name: 'compression.type', value: type }];
    const topics = [{ name: topic, numPartitions: 2, replicationFactor: 1, assignments: [], configs }];
    await talk.say(createTopicsApi, 7, { topics, timeoutMs: 5_000, validateOnly: false });
    const target = { topic, topicId: await untilReadable(talk, topic) };
    const now = Date.now();
    for (const compressionType of compressionTypes)
      await produce(talk, target, 9, batch([now, now + 1], { compressionType }));
    await produce(talk, target, 9, withCrcBroken(batch([now], { compressionType: 'gzip' })));
    await fetch(talk, target, 12, 0);
  },
});

const timestamps = (type: 'CreateTime' | 'LogAppendTime'): Sequence => ({
  name: `timestamps-${type}`,
  async run(talk, world) {
    const name = `bounded-${type}`;
    const configs = [
      { name: 'message.timestamp.type', value: type },
      { name: 'message.timestamp.before.max.ms', value: String(dayMs) },
      { name: 'message.timestamp.after.max.ms', value: String(dayMs) },
    ];
    const topics = [
      { name: `${name}-${world.topic}`, numPartitions: 2, replicationFactor: 1, assignments: [], configs },
    ];
    await talk.say(createTopicsApi, 7, { topics, timeoutMs: 5_000, validateOnly: false });
    const bounded = {
      topic: `${name}-${world.topic}`,
      topicId: await untilReadable(talk, `${name}-${world.topic}`),
    };
    const now = Date.now();
    await produce(talk, bounded, 9, batch([now, now + 10]));
    await produce(talk, bounded, 9, batch([now - 2 * dayMs]));
    await produce(talk, bounded, 9, batch([now + 2 * dayMs]));
    // The first is within the bounds, and the second is not; and the other way round.
    await produce(talk, bounded, 9, batch([now, now - 2 * dayMs]));
    await produce(talk, bounded, 9, batch([now - 2 * dayMs, now]));
    await produce(talk, bounded, 9, batch([now, now + 2 * dayMs, now]));
    await produce(talk, bounded, 9, batch([-1]));
    await fetch(talk, bounded, 12, 0);
    await listOffsets(talk, bounded, 7, -3);
  },
});

const idempotent: Sequence = {
  name: 'idempotent',
  async run(talk, world) {
    const now = Date.now();
    const id = await talk.say(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 60_000 });
    if (id === null) return;
    const { producerId, producerEpoch } = id;
    const send = (baseSequence: number, count = 2, epoch = producerEpoch) =>
      produce(
        talk,
        world,
        9,
        batch(
          Array.from({ length: count }, () => now),
          { producerId, producerEpoch: epoch, baseSequence },
        ),
      );
    await send(0);
    await send(0);
    await send(2);
    await send(0);
    await send(2, 1);
    await send(9);
    await send(4);
    for (const next of [6, 8, 10, 12]) await send(next);
    await send(2);
    await send(0, 2, producerEpoch + 1);
    await send(2, 2, producerEpoch);
    await send(5, 2, producerEpoch + 2);
    await produce(
      talk,
      world,
      9,
      batch([now], { producerId: producerId + 1_000_000, producerEpoch: 0, baseSequence: 3 }),
    );
    await produce(talk, world, 9, batch([now], { producerId: -1, producerEpoch: 0, baseSequence: 0 }));
    await produce(talk, world, 9, batch([now], { producerId, producerEpoch: -1, baseSequence: 0 }));
    await produce(
      talk,
      world,
      9,
      Buffer.concat([
        batch([now], { producerId, producerEpoch: producerEpoch + 1, baseSequence: 2 }),
        batch([now], { producerId, producerEpoch: producerEpoch + 1, baseSequence: 3 }),
      ]),
    );
    await talk.say(describeProducersApi, 0, { topics: [{ name: world.topic, partitionIndexes: [0, 1] }] });
    await fetch(talk, world, 12, 0);
  },
};

const deletion: Sequence = {
  name: 'deletion',
  async run(talk, world) {
    const now = Date.now();
    for (let round = 0; round < 3; round += 1) await produce(talk, world, 9, batch([now, now, now]));
    const drop = (offset: number, version = 2) =>
      talk.say(deleteRecordsApi, version, {
        topics: [{ name: world.topic, partitions: [{ partitionIndex: 1, offset }] }],
        timeoutMs: 3_000,
      });
    for (const offset of [4, 2, -2, 100, 5]) await drop(offset);
    await drop(-1, 1);
    for (const offset of [0, 4, 9, 10]) await fetch(talk, world, 12, offset);
    for (const timestamp of [-1, -2, -3, -4, now]) await listOffsets(talk, world, 9, timestamp);
    await produce(talk, world, 9, batch([now]));
    for (const leaderEpoch of [0, 1, -1]) {
      const partitions = [{ partition: 1, currentLeaderEpoch: -1, leaderEpoch }];
      await talk.say(offsetForLeaderEpochApi, 4, {
        replicaId: -1,
        topics: [{ topic: world.topic, partitions }],
      });
    }
  },
};

export const recordSequences: readonly Sequence[] = [
  ...[3, 5, 7, 8, 9, 11, 12, 13].map(plain),
  ...['zstd', 'gzip', 'snappy', 'lz4', 'uncompressed', 'producer'].map(compressions),
  timestamps('CreateTime'),
  timestamps('LogAppendTime'),
  idempotent,
  deletion,
];
