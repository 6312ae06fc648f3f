import { type FetchRequest, fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { errorName } from '@weir/kafka-protocol/errors';
import { Reader } from '@weir/kafka-protocol/reader';
import { setBaseOffset } from '@weir/kafka-protocol/record-batch';
import { Writer } from '@weir/kafka-protocol/writer';
import { expect, test } from 'vitest';
import { placeOf } from '../log/batch-scan.ts';
import { endTransaction } from '../partition/transaction-end.ts';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { batchOf } from '../testing/log-for-tests.ts';
import { fetch } from './01-fetch.ts';

const producer = { producerId: 7, producerEpoch: 0 };

const version = 11;

/** Of committed records, from the beginning, with the rest as the schema leaves it. */
function requestFromZero(): FetchRequest {
  const writer = new Writer().startPlain();
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }];
  const limits = { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, isolationLevel: 1 };
  fetchApi.encodeRequest(writer, version, { ...limits, topics: [{ topic: 'topic', partitions }] });
  return fetchApi.decodeRequest(new Reader(Buffer.concat(writer.finish())), version);
}

/** A log of two segments, with a transaction that was aborted in the first. */
async function begin() {
  const broker = await GroupsForTests.start({}, 1);
  const partition = broker.cluster().topicsByName.get('topic')?.hosted.get(0);
  if (partition === undefined) throw new Error('there is no partition');
  await broker.engine.run(partition.open());
  const { log } = partition;
  if (log === null) throw new Error('there is no log');
  const batch = batchOf({ ...producer, baseSequence: 0, isTransactional: true });
  const frame = broker.pool.take(batch.length);
  batch.copy(frame.buffer);
  setBaseOffset(frame.buffer, 0, 0);
  log.append(placeOf(frame.buffer, 0), frame.buffer.subarray(0, batch.length), frame);
  const end = { ...producer, isCommit: false, coordinatorEpoch: 0, protocol: 1 as const };
  const ended = endTransaction(broker.cell.environment, partition, end);
  if (!ended.ok) throw new Error(ended.error);
  await broker.engine.run(ended.committed);
  log.rollBeforeNext();
  await broker.append(0);
  await broker.engine.run(log.recoverBehind(2));
  log.tail.clear();
  const read = async () => {
    const { body } = await broker.begin(fetch, version, requestFromZero());
    const part = body?.responses[0]?.partitions[0];
    return [errorName(part?.errorCode ?? -1), part?.abortedTransactions] as const;
  };
  return { engine: broker.engine, log, read };
}

test('what was aborted is told with the records', async () => {
  const { engine, read } = await begin();
  expect(await engine.run(read())).toMatchObject(['NONE', [{ producerId: 7, firstOffset: 0 }]]);
});

test('a segment that is removed while it is read is not there, rather than without its aborted transactions', async () => {
  const { engine, log, read } = await begin();
  const reading = read();
  const removing = log.dropBefore(2);
  expect(await engine.run(reading)).toEqual(['OFFSET_OUT_OF_RANGE', null]);
  await engine.run(removing);
});
