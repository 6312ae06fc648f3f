import { expect, test } from 'vitest';
import { abortedBetween } from '../log/aborted-index.ts';
import { TailCache } from '../log/tail-cache.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { noMetadata } from '../testing/identity-for-tests.ts';
import { type BatchShape, batchOf, dir, plainOptions, unboundedSegments } from '../testing/log-for-tests.ts';
import { Partition } from './partition.ts';
import { endTransaction, type TransactionEnd } from './transaction-end.ts';
import type { ProducedIn } from './transaction-verifier.ts';
import { Vacating } from './vacating.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };
const produced: ProducedIn = { transactionalId: 'writer', topic: 'topic', apiVersion: 11 };

/** A partition whose coordinator answers as the test says, on the disk of `engine`. */
async function opened(engine = new Engine(), segmentBytes = 1 << 20) {
  const { clock, log, disk } = engine;
  const pool = new FramePool(1 << 20, true);
  const coordinator = {
    answer: 'NONE' as
      | 'NONE'
      | 'COORDINATOR_NOT_AVAILABLE'
      | 'CONCURRENT_TRANSACTIONS'
      | 'TRANSACTION_ABORTABLE',
    asked: 0,
    meanwhile: () => undefined as unknown,
  };
  const environment = {
    deps: { ...noMetadata, clock, disk, log, random, usage: noUsage },
    ...{ brokerId: 1, pool, cache: new TailCache(1 << 20), vacating: new Vacating(log) },
    transactions: {
      verify: async () => {
        coordinator.asked += 1;
        coordinator.meanwhile();
        return coordinator.answer;
      },
    },
  };
  const owner = {
    id: 'lkc-a',
    segments: unboundedSegments(1_000),
    reachedLimits: { reached: () => undefined },
    accounts: brokerAccounts(),
  };
  const row = { leader: 1, leaderEpoch: 0, partitionEpoch: 0, replicas: [1], isr: [1], eligibleReplicas: [] };
  const timestamps = { timestampBeforeMsMax: Number.MAX_SAFE_INTEGER, timestampAfterMsMax: 1 << 30 };
  const rules = {
    messageBytesMax: 1 << 20,
    timestampType: 'CreateTime' as const,
    isCompacted: false,
    ...timestamps,
  };
  const settings = { log: { ...plainOptions, segmentBytes }, rules, minInsyncReplicas: 1 };
  const record = { ...row, uncleanEpoch: -1, reassignment: null };
  const partition = new Partition(environment, { dir, topicId: 'topic', index: 0 }, record, settings, owner);
  await engine.run(partition.open());
  const write = async (shape: BatchShape, request: ProducedIn | null = produced) => {
    const batch = batchOf(shape);
    const frame = pool.take(batch.length);
    batch.copy(frame.buffer);
    const records = frame.buffer.subarray(0, batch.length);
    if (partition.inquiry.isNeeded(records, rules, request))
      await engine.run(partition.inquiry.ask(records, rules, request));
    const appended = partition.append(records, frame, true);
    frame.release();
    return appended.ok ? engine.run(appended.committed) : appended.error;
  };
  const inTransaction = (producerId: number, baseSequence: number, producerEpoch = 0) =>
    write({ producerId, producerEpoch, baseSequence, isTransactional: true });
  const mark = (producerId: number, isCommit: boolean, rest: Partial<TransactionEnd> = {}) => {
    const told = {
      producerId,
      producerEpoch: 0,
      isCommit,
      coordinatorEpoch: 3,
      protocol: 1,
      ...rest,
    } as const;
    return endTransaction(environment, partition, told);
  };
  const end = async (...told: Parameters<typeof mark>) => {
    const appended = mark(...told);
    return appended.ok ? engine.run(appended.committed) : appended.error;
  };
  const aborted = async (from = 0, to = partition.highWatermark) =>
    (await engine.run(abortedBetween(partition.log?.segments ?? [], from, to))).map(
      ({ producerId, firstOffset, lastOffset }) => [producerId, firstOffset, lastOffset],
    );
  return { engine, partition, coordinator, write, inTransaction, mark, end, aborted };
}

test('what is open holds back readers of committed records until its marker is there for good', async () => {
  const { partition, write, inTransaction, end, aborted } = await opened();
  await write({ count: 2 });
  expect(partition.lastStableOffset).toBe(2);
  expect(await inTransaction(1, 0)).toBe('NONE');
  expect(await inTransaction(2, 0)).toBe('NONE');
  expect([partition.highWatermark, partition.lastStableOffset]).toEqual([4, 2]);
  const ending = end(1, false);
  // In the log, and not committed.
  expect([partition.log?.endOffset, partition.lastStableOffset]).toEqual([5, 2]);
  expect(await ending).toBe('NONE');
  expect(partition.lastStableOffset).toBe(3);
  expect(await end(2, true)).toBe('NONE');
  expect([partition.highWatermark, partition.lastStableOffset]).toEqual([6, 6]);
  expect(await aborted()).toEqual([[1, 2, 4]]);
  expect(await aborted(5)).toEqual([]);
});

test('who waits for committed records is woken by the end of a transaction, whatever he waits for', async () => {
  const { partition, inTransaction, end } = await opened();
  const told: number[] = [];
  partition.watchers.add({ committed: (bytes) => told.push(bytes) });
  await inTransaction(1, 0);
  expect(told.at(-1)).toBeLessThan(1_000);
  await end(1, true);
  expect(told.at(-1)).toBe(Number.MAX_SAFE_INTEGER);
});

test.each([1 << 20, 400])(
  'a start knows what is open and what was aborted (segments of %i bytes)',
  async (bytes) => {
    const engine = new Engine();
    const first = await opened(engine, bytes);
    for (let index = 0; index < 6; index += 1) {
      await first.inTransaction(1, index);
      await first.end(1, index % 2 === 0);
    }
    await first.inTransaction(2, 0);
    const marks = (await first.aborted()).length;
    await first.engine.run(first.partition.close());
    const { partition, aborted, end, coordinator, inTransaction } = await opened(engine, bytes);
    expect([partition.lastStableOffset, partition.log?.endOffset, marks]).toEqual([12, 13, 3]);
    expect(await aborted(0, 13)).toEqual([
      [1, 2, 3],
      [1, 6, 7],
      [1, 10, 11],
    ]);
    expect(await inTransaction(2, 1)).toBe('NONE');
    expect(coordinator.asked).toBe(0);
    expect(await end(2, true, { coordinatorEpoch: 2 })).toBe('NONE');
    expect(await end(1, true, { coordinatorEpoch: 2 })).toBe('TRANSACTION_COORDINATOR_FENCED');
    expect(partition.lastStableOffset).toBe(15);
  },
);

test.each([1, 2, 3, 4, 5])('a log that is cut at %i knows nothing of transactions behind', async (offset) => {
  const { engine, partition, inTransaction, end, aborted } = await opened(new Engine(), 300);
  // Aborted at 2, open from 3 on until 5.
  await inTransaction(1, 0);
  await inTransaction(1, 1);
  await end(1, false);
  await inTransaction(1, 2);
  await inTransaction(1, 3);
  await end(1, false);
  partition.highWatermark = offset;
  await engine.run(partition.replica.truncateTo(offset));
  const firstOpen = partition.producers.transactions.firstOffsetOf(1);
  expect(firstOpen).toBe(offset <= 2 ? 0 : offset === 3 ? null : 3);
  expect(await aborted(0, 9)).toEqual(offset <= 2 ? [] : [[1, 0, 2]]);
});

test('a batch that no open transaction has is refused, and the coordinator is asked for the first only', async () => {
  const { coordinator, inTransaction, end } = await opened();
  coordinator.answer = 'TRANSACTION_ABORTABLE';
  expect(await inTransaction(1, 0)).toBe('TRANSACTION_ABORTABLE');
  coordinator.answer = 'NONE';
  expect(await inTransaction(1, 0)).toBe('NONE');
  expect(await inTransaction(1, 1)).toBe('NONE');
  expect(coordinator.asked).toBe(2);
  await end(1, true);
  expect(await inTransaction(1, 2)).toBe('NONE');
  expect(coordinator.asked).toBe(3);
});

test('a marker that comes after the coordinator was asked makes its answer void: it is asked again', async () => {
  const { coordinator, inTransaction, mark } = await opened();
  // That of the transaction before, to whose commit its client was answered already.
  coordinator.meanwhile = () => {
    if (coordinator.asked === 1) mark(1, true);
  };
  expect(await inTransaction(1, 0)).toBe('NONE');
  expect(coordinator.asked).toBe(2);
});

test('while one marker comes after the other nothing is appended, and the client is to try again', async () => {
  const { coordinator, inTransaction, mark, partition } = await opened();
  coordinator.meanwhile = () => void mark(1, false);
  expect(await inTransaction(1, 0)).toBe('NOT_ENOUGH_REPLICAS');
  expect(partition.lastStableOffset).toBe(partition.highWatermark);
});

test('who begins a transaction while the one before is ended is put off, also where its marker comes meanwhile', async () => {
  const { coordinator, write, mark } = await opened();
  coordinator.answer = 'CONCURRENT_TRANSACTIONS';
  coordinator.meanwhile = () => void mark(1, true);
  const batch = { producerId: 1, producerEpoch: 1, baseSequence: 0, isTransactional: true };
  expect(await write(batch, { ...produced, apiVersion: 12 })).toBe('CONCURRENT_TRANSACTIONS');
});

test('of several requests under way a later one waits for the first, which was refused for now', async () => {
  const { coordinator, inTransaction } = await opened();
  coordinator.answer = 'COORDINATOR_NOT_AVAILABLE';
  expect(await inTransaction(1, 0)).toBe('NOT_ENOUGH_REPLICAS');
  coordinator.answer = 'NONE';
  expect(await inTransaction(1, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(await inTransaction(1, 0)).toBe('NONE');
  expect(await inTransaction(1, 1)).toBe('NONE');
});

test('under protocol 2 a marker of the transaction’s own epoch ends nothing, and its repeat is taken', async () => {
  const { partition, inTransaction, end } = await opened();
  await inTransaction(1, 0);
  expect(await end(1, true, { protocol: 2 })).toBe('INVALID_PRODUCER_EPOCH');
  expect(await end(1, true, { protocol: 2, producerEpoch: 1 })).toBe('NONE');
  expect(await end(1, true, { protocol: 2, producerEpoch: 1 })).toBe('NONE');
  expect(await inTransaction(1, 0, 0)).toBe('INVALID_PRODUCER_EPOCH');
  expect(await inTransaction(1, 4, 1)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(await inTransaction(1, 0, 1)).toBe('NONE');
  // The repeat comes late, and what is open is the next transaction.
  expect(await end(1, false, { protocol: 2, producerEpoch: 1 })).toBe('INVALID_PRODUCER_EPOCH');
  expect(partition.lastStableOffset).toBeLessThan(partition.highWatermark);
});

test('what retention has removed of an open transaction holds nobody back from what is left', async () => {
  const { engine, partition, inTransaction, write } = await opened(new Engine(), 300);
  await inTransaction(1, 0);
  for (let index = 0; index < 8; index += 1) await write({});
  expect(partition.lastStableOffset).toBe(0);
  await engine.run(partition.log?.dropBefore(6) ?? Promise.resolve());
  expect(partition.startOffset).toBeGreaterThan(0);
  expect(partition.lastStableOffset).toBe(partition.startOffset);
});

test('a producer with an open transaction is not forgotten, and writes nothing outside of it', async () => {
  const { engine, partition, inTransaction, write } = await opened();
  await inTransaction(1, 0);
  await write({ producerId: 2, producerEpoch: 0, baseSequence: 0 });
  expect(await write({ producerId: 1, producerEpoch: 0, baseSequence: 1 })).toBe('INVALID_TXN_STATE');
  await engine.pass(3 * 86_400_000);
  await engine.run(partition.tidy());
  expect([...partition.producers.entries()].map(([producerId]) => producerId)).toEqual([1]);
});
