import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { decodeResponseHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { accepted, brokerOf, topicOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { expect, test } from 'vitest';
import { answerOf, openDispatcher } from '../testing/dispatcher-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { requestFrame } from '../testing/raw-client.ts';
import type { Answer } from './answer.ts';

/** A store whose changes nobody is told of, and which counts how often it is asked for them. */
async function silentStore() {
  const store = createMemoryMetadataStore();
  await store.registerBroker(brokerOf(1));
  const changes = store.changesSince.bind(store);
  const asked = { times: 0 };
  const changesSince: MetadataStore['changesSince'] = (version) => {
    asked.times += 1;
    return changes(version);
  };
  return { asked, store: Object.assign(store, { changesSince, watch: () => () => undefined }) };
}

const listing = (name: string, partitionIndex = 0) =>
  requestFrame(listOffsetsApi, 7, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name, partitions: [{ partitionIndex, timestamp: -2 }] }],
  });

function listed(answer: Answer): number | undefined {
  const reader = new Reader(Buffer.concat(answer.buffers).subarray(4));
  decodeResponseHeader(reader, listOffsetsApi, 7);
  return listOffsetsApi.decodeResponse(reader, 7).topics[0]?.partitions[0]?.errorCode;
}

const topic = topicOf('lkc-a', 'orders');
const none = 0;
const unknownTopicOrPartition = 3;

test('a topic, and a partition, that another broker has just made is there for whoever was sent here', async () => {
  const { store } = await silentStore();
  const { engine, connect, dispatch } = await openDispatcher(store);
  const ask = async (bytes: Buffer) => listed(await engine.run(answerOf(dispatch(connect(1), bytes))));
  const { topicId } = accepted(await store.createTopic(topic));
  expect(await ask(listing('orders'))).toBe(none);
  const asked = { clusterId: 'lkc-a', topicId, partitionCount: 2, validateOnly: false };
  accepted(await store.createPartitions(asked));
  expect(await ask(listing('orders', 1))).toBe(none);
});

test('what is produced to it is written in the order in which it came', async () => {
  const { store } = await silentStore();
  const { engine, connect, dispatch } = await openDispatcher(store);
  accepted(await store.createTopic(topic));
  const client = connect(1);
  const partitionData = [{ index: 0, records: batchOf() }];
  const request = {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ name: 'orders', partitionData }],
  };
  const started = dispatch(client, requestFrame(produceApi, 9, request));
  // The next request of the connection waits for it.
  expect(started).toMatchObject({ kind: 'pending', ordered: 'when-answered' });
  const reader = new Reader(Buffer.concat((await engine.run(answerOf(started))).buffers).subarray(4));
  decodeResponseHeader(reader, produceApi, 9);
  const [answered] = produceApi.decodeResponse(reader, 9).responses;
  expect(answered?.partitionResponses[0]).toMatchObject({ errorCode: none, baseOffset: 0 });
});

test('names that do not exist cost the store nothing by their number, and names that nothing can have nothing at all', async () => {
  const { asked, store } = await silentStore();
  const { engine, connect, dispatch } = await openDispatcher(store);
  const before = asked.times;
  const many = Array.from({ length: 200 }, (_, at) =>
    answerOf(dispatch(connect(at), listing(`unknown-${at}`))),
  );
  const answers = await engine.run(Promise.all(many));
  expect(new Set(answers.map(listed))).toEqual(new Set([unknownTopicOrPartition]));
  expect(asked.times - before).toBeLessThanOrEqual(2);
  const after = asked.times;
  expect(dispatch(connect(0), listing('no/name')).kind).toBe('pending');
  await engine.run(answerOf(dispatch(connect(0), listing('no/name'))));
  expect(asked.times).toBe(after);
});
