import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { expect, test } from 'vitest';
import { openRetryMs } from '../limits.ts';
import { TailCache } from '../log/tail-cache.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { noFaults } from '../simulation/faults.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { noMetadata } from '../testing/identity-for-tests.ts';
import { type BatchShape, batchOf, dir, plainOptions, unboundedSegments } from '../testing/log-for-tests.ts';
import { truncateToLeader } from './following.ts';
import { Partition } from './partition.ts';
import { ProducerIds } from './producer-ids.ts';
import { Vacating } from './vacating.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

function made(engine: Engine, disk = engine.disk, producerIds?: ProducerIds) {
  const { clock, log } = engine;
  const pool = new FramePool(1 << 20, true);
  const environment = {
    deps: { ...noMetadata, clock, disk, log, random, usage: noUsage },
    brokerId: 1,
    pool,
    cache: new TailCache(1 << 20),
    vacating: new Vacating(log),
    ...(producerIds === undefined ? {} : { producerIds }),
  };
  const owner = {
    id: 'lkc-a',
    segments: unboundedSegments(),
    reachedLimits: { reached: () => undefined },
    accounts: brokerAccounts(),
  };
  const record = {
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas: [1],
    isr: [1],
    eligibleReplicas: [],
    uncleanEpoch: -1,
    reassignment: null,
  };
  const settings = {
    log: plainOptions,
    rules: {
      messageBytesMax: 1 << 20,
      timestampType: 'CreateTime' as const,
      timestampBeforeMsMax: Number.MAX_SAFE_INTEGER,
      timestampAfterMsMax: 1 << 30,
      isCompacted: false,
    },
    minInsyncReplicas: 1,
  };
  return {
    pool,
    settings,
    partition: new Partition(environment, { dir, topicId: 'topic', index: 0 }, record, settings, owner),
  };
}

async function opened(engine = new Engine(), producerIds?: ProducerIds) {
  const { pool, settings, partition } = made(engine, engine.disk, producerIds);
  await engine.run(partition.open());
  const append = (shape: BatchShape = {}) => {
    const batch = batchOf(shape);
    const frame = pool.take(batch.length);
    batch.copy(frame.buffer);
    const appended = partition.append(frame.buffer.subarray(0, batch.length), frame, true);
    frame.release();
    return appended;
  };
  const accepted = (shape: BatchShape = {}) => {
    const appended = append(shape);
    if (!appended.ok) throw new Error(appended.error);
    return appended;
  };
  return { engine, pool, partition, append, accepted, settings };
}

test('an append has its offset at once and is acknowledged when it is durable, not before', async () => {
  const { engine, partition, accepted } = await opened();
  const first = accepted({ count: 3 });
  const second = accepted();
  expect([first.baseOffset, second.baseOffset, partition.highWatermark]).toEqual([0, 3, 0]);
  expect(await engine.run(Promise.all([first.committed, second.committed]))).toEqual(['NONE', 'NONE']);
  expect(partition.highWatermark).toBe(4);
});

test('what waits when the leader’s next epoch begins is acknowledged in that, and of another leader not', async () => {
  const { engine, partition, accepted } = await opened();
  const { record } = partition;
  const first = accepted();
  partition.applyRecord({ ...record, leaderEpoch: 1, partitionEpoch: 1 });
  const second = accepted();
  expect(await engine.run(Promise.all([first.committed, second.committed]))).toEqual(['NONE', 'NONE']);
  expect([second.baseOffset, partition.highWatermark]).toEqual([1, 2]);
  const third = accepted();
  partition.applyRecord({ ...record, leader: 2, leaderEpoch: 2, partitionEpoch: 2 });
  expect(await engine.run(third.committed)).toBe('NOT_LEADER_OR_FOLLOWER');
});

test('where the log ends is not taken for what is committed before all that are in sync were heard of in the term', async () => {
  const { engine, partition, accepted } = await opened();
  const { record } = partition;
  expect(await engine.run(accepted({ count: 3 }).committed)).toBe('NONE');
  expect(partition.isCommitKnown).toBe(true);
  const row = { ...record, replicas: [1, 2], isr: [1, 2], leaderEpoch: 1, partitionEpoch: 1 };
  partition.applyRecord(row);
  expect([partition.highWatermark, partition.isCommitKnown]).toEqual([3, false]);
  const at = { writtenEnd: 3, durableEnd: 2, lastEpoch: 0, startOffset: 0, committedEnd: -1 };
  partition.followerFetched({ brokerId: 2, bootEpoch: 1 }, at);
  expect(partition.isCommitKnown).toBe(false);
  partition.followerFetched({ brokerId: 2, bootEpoch: 1 }, { ...at, durableEnd: 3 });
  expect(partition.isCommitKnown).toBe(true);
});

test('a repeat is acknowledged with the first one’s offset, and only once that one is durable', async () => {
  const { engine, partition, accepted } = await opened();
  const sequence = { producerId: 9, producerEpoch: 0, baseSequence: 0 };
  accepted(sequence);
  const repeat = accepted(sequence);
  expect([repeat.isRepeat, repeat.baseOffset, partition.highWatermark]).toEqual([true, 0, 0]);
  expect(await engine.run(repeat.committed)).toBe('NONE');
  expect([partition.highWatermark, partition.log?.endOffset]).toEqual([1, 1]);
});

test('with fewer replicas in sync than are asked for, nothing is taken', async () => {
  const { partition, append, settings } = await opened();
  partition.applySettings({ ...settings, minInsyncReplicas: 2 });
  const message = expect.stringContaining('1 of 1 replicas in sync, and min.insync.replicas is 2');
  expect(append()).toMatchObject({ ok: false, error: 'NOT_ENOUGH_REPLICAS', message });
});

test('after a failed sync nothing is acknowledged until the log was read again, and what was stands', async () => {
  const { engine, partition, append, accepted } = await opened();
  await engine.run(accepted().committed);
  engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  const lost = accepted();
  expect(await engine.run(lost.committed)).toBe('KAFKA_STORAGE_ERROR');
  expect(append()).toMatchObject({ ok: false, error: 'KAFKA_STORAGE_ERROR' });
  expect(partition.isOpen).toBe(false);
  engine.disks.faults = noFaults;
  await engine.pass(2_000);
  expect(partition.isOpen).toBe(true);
  const next = accepted();
  expect(await engine.run(next.committed)).toBe('NONE');
  expect(next.baseOffset).toBeGreaterThanOrEqual(1);
});

test('notes beside the log where the leader’s term began', async () => {
  const { engine, partition, accepted } = await opened();
  await engine.run(accepted().committed);
  await engine.run(partition.close());
  expect((await engine.read(`${dir}/leader-epoch-checkpoint`)).toString()).toBe('0\n1\n0 0\n');
});

test('a row that is older than the log begins no term: the store was set back', async () => {
  const { engine, partition, accepted } = await opened();
  const { record } = partition;
  partition.applyRecord({ ...record, leaderEpoch: 5, partitionEpoch: 5 });
  await engine.run(accepted().committed);
  await engine.run(partition.close());
  const again = made(engine);
  again.partition.applyRecord({ ...record, leaderEpoch: 3, partitionEpoch: 9 });
  await engine.run(again.partition.open());
  expect([again.partition.hasBegun, again.partition.log?.endOffset]).toEqual([false, 1]);
  expect(engine.events).toContain('partition.epoch.set-back');
  again.partition.applyRecord({ ...record, leaderEpoch: 6, partitionEpoch: 10 });
  expect(again.partition.hasBegun).toBe(true);
});

test('a closed partition leaves everything on disk, and is not opened again', async () => {
  const { engine, partition, accepted } = await opened();
  accepted({ count: 5 });
  await engine.run(partition.close());
  expect(await partition.tidy()).toBe(0);
  const again = await opened(engine);
  expect(again.partition.highWatermark).toBe(5);
});

test('a log that cannot be opened is tried once in a few seconds, and everybody is told of that attempt', async () => {
  const engine = new Engine();
  const attempts: string[] = [];
  const list = (path: string) => {
    attempts.push(path);
    return attempts.length === 1 ? Promise.reject(new Error('EIO')) : engine.disk.list(path);
  };
  const { partition } = made(engine, { ...engine.disk, list });
  for (let call = 0; call < 10; call += 1) await expect(engine.run(partition.open())).rejects.toThrow('EIO');
  expect(attempts).toHaveLength(1);
  await engine.pass(openRetryMs);
  await engine.run(partition.open());
  expect([partition.isOpen, attempts.length]).toEqual([true, 2]);
});

test('a producer id that nobody was given is refused, one of another broker is not, nor one that the log knows', async () => {
  const engine = new Engine();
  const store = createMemoryMetadataStore();
  const before = await opened(engine);
  await engine.run(before.accepted({ producerId: 900, producerEpoch: 0, baseSequence: 0 }).committed);
  await engine.run(before.partition.close());
  const { partition, pool } = await opened(engine, new ProducerIds(store, engine.clock));
  const elsewhere = await store.allocateProducerIds(10);
  const produce = async (producerId: number, baseSequence = 0) => {
    const batch = batchOf({ producerId, producerEpoch: 0, baseSequence });
    const frame = pool.take(batch.length);
    batch.copy(frame.buffer);
    const records = frame.buffer.subarray(0, batch.length);
    if (partition.inquiry.isNeeded(records, partition.settings.rules, null))
      await engine.run(partition.inquiry.ask(records, partition.settings.rules, null));
    const appended = partition.append(records, frame, true);
    frame.release();
    return appended.ok ? 'NONE' : appended.error;
  };
  expect(await produce(5_000)).toBe('UNKNOWN_PRODUCER_ID');
  expect(await produce(elsewhere.first)).toBe('NONE');
  expect(await produce(900, 1)).toBe('NONE');
});

test('a log that ends where the leader’s history parts from it is not read again; terms without a record go', async () => {
  const { engine, partition, accepted } = await opened();
  accepted();
  await engine.run(Promise.resolve());
  const { log, record } = partition;
  if (log === null) throw new Error('the log was opened');
  partition.applyRecord({ ...record, leaderEpoch: 3, partitionEpoch: 1 });
  expect(log.epochs.latest).toBe(3);
  const followed = { ...record, leader: 2, replicas: [2, 1], leaderEpoch: 4, partitionEpoch: 2 };
  partition.applyRecord(followed);
  await engine.run(truncateToLeader(engine.log, partition, { epoch: 0, endOffset: log.endOffset }));
  expect(partition.log).toBe(log);
  expect(log.epochs.latest).toBe(0);
  await engine.run(truncateToLeader(engine.log, partition, { epoch: -1, endOffset: 0 }));
  expect(partition.log).not.toBe(log);
  expect(partition.log?.endOffset).toBe(0);
});
