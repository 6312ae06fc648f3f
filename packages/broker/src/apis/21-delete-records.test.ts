import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { produce } from './00-produce.ts';
import { listOffsets } from './02-list-offsets.ts';
import { deleteRecords } from './21-delete-records.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';

/** A topic of two partitions, the first with ten records, whose times are 1,000 to 1,009. */
async function begin() {
  const broker = await GroupsForTests.start({}, 2);
  const records = batchOf({ count: 10, timestamp: 1_000 });
  const partitionData = [{ index: 0, records }];
  await broker.ask(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ name: 'topic', topicId: '', partitionData }],
  });
  const ask = async (asked: readonly (readonly [number, number])[], name = 'topic') => {
    const partitions = asked.map(([partitionIndex, offset]) => ({ partitionIndex, offset }));
    const { body } = await broker.ask(deleteRecords, 2, { topics: [{ name, partitions }], timeoutMs: 1_000 });
    return (body?.topics ?? []).flatMap((topic) =>
      topic.partitions.map((each) => [each.partitionIndex, each.lowWatermark, errorName(each.errorCode)]),
    );
  };
  const find = async (timestamp: number) => {
    const partitions = [{ partitionIndex: 0, timestamp, currentLeaderEpoch: -1 }];
    const request = {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: 'topic', partitions }],
      timeoutMs: 0,
    };
    const { body } = await broker.ask(listOffsets, 7, request);
    return body?.topics[0]?.partitions[0]?.offset;
  };
  return { broker, ask, find };
}

const earliest = -2;

test('records before an offset are gone the moment that the answer is there, and after a restart', async () => {
  const { broker, ask, find } = await begin();
  expect(await ask([[0, 4]])).toEqual([[0, 4, 'NONE']]);
  expect(await find(earliest)).toBe(4);
  await broker.restart();
  expect(await find(earliest)).toBe(4);
});

test('−1 is what is committed, and what is gone already is no error', async () => {
  const { ask } = await begin();
  expect(await ask([[0, -1]])).toEqual([[0, 10, 'NONE']]);
  expect(await ask([[0, 3]])).toEqual([[0, 10, 'NONE']]);
  expect(await ask([[1, -1]])).toEqual([[1, 0, 'NONE']]);
});

test('a look-up by time finds no record that was deleted, though its batch is there', async () => {
  const { ask, find } = await begin();
  expect(await find(1_002)).toBe(2);
  await ask([[0, 4]]);
  expect(await find(1_002)).toBe(4);
  expect(await find(1_007)).toBe(7);
});

test('what cannot be is refused, each with its own error, and the last offset of a partition counts', async () => {
  const { ask } = await begin();
  const asked = [
    [0, 11],
    [1, -2],
    [2, 0],
  ] as const;
  expect(await ask(asked)).toEqual([
    [0, -1, 'OFFSET_OUT_OF_RANGE'],
    [1, -1, 'OFFSET_OUT_OF_RANGE'],
    [2, -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ]);
  expect(await ask([[0, 0]], 'unknown')).toEqual([[0, -1, 'UNKNOWN_TOPIC_OR_PARTITION']]);
  expect(
    await ask([
      [0, 11],
      [0, 2],
    ]),
  ).toEqual([[0, 2, 'NONE']]);
});

test('what only compaction may remove is refused with POLICY_VIOLATION', async () => {
  const { broker, ask, find } = await begin();
  const policy = async (value: string) => {
    const configs = [{ name: 'cleanup.policy', configOperation: 0, value }];
    const resources = [{ resourceType: 2, resourceName: 'topic', configs }];
    await broker.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  };
  await policy('compact');
  expect(await ask([[0, 4]])).toEqual([[0, -1, 'POLICY_VIOLATION']]);
  expect(await find(earliest)).toBe(0);
  await policy('compact,delete');
  expect(await ask([[0, 4]])).toEqual([[0, 4, 'NONE']]);
});

test('who may not DELETE a topic is told so, whether there is one or not', async () => {
  const { broker, ask, find } = await begin();
  const { authorizer } = broker.cluster();
  broker.cluster().authorizer = new AclIndex([]);
  for (const name of ['topic', 'unknown']) {
    expect(await ask([[0, 4]], name)).toEqual([[0, -1, 'TOPIC_AUTHORIZATION_FAILED']]);
  }
  broker.cluster().authorizer = authorizer;
  expect(await find(earliest)).toBe(0);
});
