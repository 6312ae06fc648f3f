import { errorName } from '@weir/kafka-protocol/errors';
import { batchBaseOffset } from '@weir/kafka-protocol/record-batch';
import type { RecordsSource } from '@weir/kafka-protocol/writer';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { produce } from './00-produce.ts';
import { fetch } from './01-fetch.ts';

const batchSize = batchOf({ count: 10 }).length;

const bytesOf = (records: RecordsSource | null) => Buffer.concat([records ?? []].flat());

/** A topic of partitions with so many equal batches each, which are on disk alone. */
async function begin(batches: readonly number[]) {
  const broker = await GroupsForTests.start({}, batches.length);
  for (const [index, count] of batches.entries()) {
    for (let batch = 0; batch < count; batch += 1) {
      const partitionData = [{ index, records: batchOf({ count: 10 }) }];
      await broker.ask(produce, 9, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 1_000,
        topicData: [{ name: 'topic', topicId: '', partitionData }],
      });
    }
  }
  await broker.restart();
  /** Of each partition that was asked for, in that order: how many batches came of it, or why none could. */
  return async (partitions: readonly number[], maxBytes: number, partitionMaxBytes = maxBytes) => {
    const { body } = await broker.ask(fetch, 12, {
      ...{ clusterId: null, replicaId: -1, replicaState: { replicaId: -1, replicaEpoch: -1 } },
      ...{ maxWaitMs: 0, minBytes: 0, maxBytes, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 },
      topics: [
        {
          ...{ topic: 'topic', topicId: '' },
          partitions: partitions.map((partition) => ({
            ...{
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: 0,
              lastFetchedEpoch: -1,
              logStartOffset: -1,
            },
            ...{ partitionMaxBytes, replicaDirectoryId: '', highWatermark: -1 },
          })),
        },
      ],
      ...{ forgottenTopicsData: [], rackId: '' },
    });
    return (body?.responses[0]?.partitions ?? []).map((part) => {
      const records = bytesOf(part.records);
      if (records.length > 0) expect(batchBaseOffset(records, 0)).toBe(0);
      const batches = records.length / batchSize;
      return [part.partitionIndex, part.errorCode === 0 ? batches : errorName(part.errorCode)];
    });
  };
}

test('partitions are answered in the order in which they were asked for, those that are not there among them', async () => {
  const ask = await begin([3, 0, 2, 1]);
  expect(await ask([3, 9, 0, 1, 2], 1_000_000)).toEqual([
    [3, 1],
    [9, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [0, 3],
    [1, 0],
    [2, 2],
  ]);
});

test('the first that has anything gives a whole batch beyond every limit, behind those that have nothing; no other does', async () => {
  const ask = await begin([0, 0, 2, 2]);
  expect(await ask([0, 1, 2, 3], 10)).toEqual([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 0],
  ]);
});

test('what a partition leaves of its limit is for those behind it, and all together keep to the limit of the answer', async () => {
  const ask = await begin([1, 1, 4, 4]);
  expect(await ask([0, 1, 2, 3], 5 * batchSize, 4 * batchSize)).toEqual([
    [0, 1],
    [1, 1],
    [2, 3],
    [3, 0],
  ]);
});
