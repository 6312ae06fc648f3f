import { setPartitionLeaderEpoch } from '@weir/kafka-protocol/record-batch';
import { expect, test } from 'vitest';
import { peerCatchUpIdleMs, peerVoidAnswersMax } from '../cell-limits.ts';
import { engineBounds } from '../engine-bounds.ts';
import { TailCache } from '../log/tail-cache.ts';
import { brokerAccounts } from '../memory/broker-accounts.ts';
import { FairQueue } from '../memory/fair-queue.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { LastHeard } from '../partition/last-heard.ts';
import { Partition } from '../partition/partition.ts';
import { Vacating } from '../partition/vacating.ts';
import { noFaults } from '../simulation/faults.ts';
import { SimulatedNetwork } from '../simulation/simulated-network.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { noMetadata } from '../testing/identity-for-tests.ts';
import { batchOf, plainOptions, unboundedSegments } from '../testing/log-for-tests.ts';
import { ScriptedLeader } from '../testing/scripted-leader.ts';
import { Fetcher } from './fetcher.ts';
import { type Lane, laneNumber } from './lanes.ts';

const secret = Buffer.alloc(32, 1);
const topicId = 'bW92ZWQgdG9waWMuLi4uLg';
const random = { bytes: (length: number) => Buffer.alloc(length, 5), below: () => 0 };
const rules = {
  messageBytesMax: 1 << 20,
  timestampType: 'CreateTime' as const,
  timestampBeforeMsMax: Number.MAX_SAFE_INTEGER,
  timestampAfterMsMax: Number.MAX_SAFE_INTEGER,
  isCompacted: false,
};

/** Broker 2's replica of the partition `moved`, which broker 1 leads. */
function replica(engine: Engine, pool: FramePool, cache: TailCache): Partition {
  const deps = {
    ...noMetadata,
    clock: engine.clock,
    disk: engine.disk,
    log: engine.log,
    random,
    usage: noUsage,
  };
  const vacating = new Vacating(engine.log);
  const environment = { deps, brokerId: 2, pool, cache, bounds: engineBounds, vacating };
  const owner = {
    id: 'lkc-a',
    segments: unboundedSegments(),
    reachedLimits: { reached: () => undefined },
    accounts: brokerAccounts(),
  };
  const row = {
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas: [1, 2],
    isr: [1],
    eligibleReplicas: [],
    uncleanEpoch: -1,
    reassignment: null,
  };
  const place = { dir: 'lkc-a/moved-0', topicId, index: 0 };
  return new Partition(environment, place, row, { log: plainOptions, rules, minInsyncReplicas: 1 }, owner);
}

/** It follows, and its leader has been asked for the first time. */
async function following() {
  const engine = new Engine();
  const pool = new FramePool(1 << 20, true);
  const cache = new TailCache(1 << 20);
  const network = new SimulatedNetwork(engine.world, noFaults, null);
  const leader = new ScriptedLeader(pool, secret);
  await network.mount('broker-1', () => true).listen('broker-1', 2, (transport) => leader.accept(transport));
  const address = { brokerId: 1, host: 'broker-1', port: 1, peerHost: 'broker-1', peerPort: 2 };
  const known = {
    ...address,
    bootEpoch: 1,
    directoryId: '',
    rack: null,
    machine: null,
    programVersion: null,
    isLive: true,
    isFenced: false,
    isCordoned: false,
  };
  let said = 0;
  const figures = { begun: 0, ended: 0 };
  const { clock, log } = engine;
  const fetcher = new Fetcher(
    {
      deps: { clock, log, random, peerNetwork: network.mount('broker-2', () => true) },
      pool,
      secret,
      self: { brokerId: 2, bootEpoch: 1 },
      leaders: new LastHeard(),
      opens: new FairQueue({ runningMax: 1 }),
      figures,
      broker: () => known,
      nextSaid: () => {
        said += 1;
        return said;
      },
      pictureIsOld: () => undefined,
    },
    1,
  );
  const partition = replica(engine, pool, cache);
  fetcher.follow(partition);
  await engine.pass(200);
  // One request waits at the leader.
  while (leader.on('tail').asked.length > 1) leader.on('tail').answer({ partitions: [] });
  await engine.pass(100);
  return { engine, leader, partition, fetcher, figures, cache };
}

const marks = { topicId, partition: 0, errorCode: 0, leaderEpoch: 0, highWatermark: 0, startOffset: 0 };
const toLane = (lane: Lane) => ({ partitions: [{ ...marks, lane: laneNumber(lane) }] });

function recordsAt(baseOffset: number) {
  const batch = batchOf({ baseOffset });
  setPartitionLeaderEpoch(batch, 0, 0);
  return { partitions: [{ ...marks, records: [batch] }] };
}

/** Where the request that waits says that the partition ends; null: it does not name it. */
const asksFrom = (asked: readonly { readonly partitions: readonly { readonly writtenEnd: number }[] }[]) =>
  asked.flatMap(({ partitions }) => partitions.map(({ writtenEnd }) => writtenEnd));

test('once the leader says so a partition is asked for on the other connection, and on the first one no more', async () => {
  const { engine, leader, figures } = await following();
  expect(leader.connections.map(({ lane }) => lane)).toEqual(['tail']);
  leader.on('tail').answer(toLane('catch-up'));
  await engine.pass(100);
  expect(asksFrom(leader.on('catch-up').asked)).toEqual([0]);
  expect(asksFrom(leader.on('tail').asked)).toEqual([]);
  expect(leader.on('tail').asked.flatMap(({ forgotten }) => forgotten)).toHaveLength(1);
  leader.on('catch-up').answer(recordsAt(0));
  await engine.pass(100);
  expect(asksFrom(leader.on('catch-up').asked)).toContain(1);
  leader.on('catch-up').answer(toLane('tail'));
  await engine.pass(100);
  leader.on('tail').answer({ partitions: [] });
  await engine.pass(100);
  expect(asksFrom(leader.on('tail').asked)).toContain(1);
  expect(figures).toEqual({ begun: 1, ended: 1 });
});

test('a change of the row within a term is nothing that the leader is told of; another term is', async () => {
  const { engine, leader, partition, fetcher } = await following();
  const asked = () => asksFrom(leader.on('tail').asked);
  const change = async (changed: Partial<typeof partition.record>) => {
    const { partitionEpoch } = partition.record;
    partition.applyRecord({ ...partition.record, ...changed, partitionEpoch: partitionEpoch + 1 });
    fetcher.follow(partition);
    await engine.pass(100);
  };
  const before = asked();
  await change({ isr: [1, 2] });
  expect(asked()).toEqual(before);
  await change({ leaderEpoch: 1 });
  expect(asked()).toEqual([...before, 0]);
});

test('what comes on a connection that the partition has left is void', async () => {
  const { engine, leader, partition } = await following();
  leader.on('tail').answer(toLane('catch-up'));
  await engine.pass(100);
  leader.on('tail').answer(recordsAt(0));
  await engine.pass(100);
  expect(partition.log?.endOffset).toBe(0);
  expect(engine.events).not.toContain('peer.records.refused');
});

test('records that go on elsewhere than the log are asked for anew at once; only where that goes on something is wrong', async () => {
  const { engine, leader, partition } = await following();
  for (let count = 1; count < peerVoidAnswersMax; count += 1) {
    leader.on('tail').answer(recordsAt(7));
    await engine.pass(20);
    expect(asksFrom(leader.on('tail').asked)).toEqual([0]);
  }
  expect(engine.events).not.toContain('peer.records.refused');
  leader.on('tail').answer(recordsAt(7));
  await engine.pass(20);
  expect(engine.events).toContain('peer.records.refused');
  expect(asksFrom(leader.on('tail').asked)).toEqual([]);
  await engine.pass(1_000);
  leader.on('tail').answer({ partitions: [] });
  await engine.pass(100);
  leader.on('tail').answer(recordsAt(0));
  await engine.pass(100);
  expect(partition.log?.endOffset).toBe(1);
});

test('the second connection is let go of when nothing has caught up for a while, and made again when something does', async () => {
  const { engine, leader } = await following();
  leader.on('tail').answer(toLane('catch-up'));
  await engine.pass(100);
  const first = leader.on('catch-up');
  first.answer(toLane('tail'));
  for (let passedMs = 0; passedMs < peerCatchUpIdleMs + 1_000; passedMs += 500) {
    for (const { asked, isClosed, answer } of leader.connections)
      if (asked.length > 0 && !isClosed) answer({ partitions: [] });
    await engine.pass(500);
  }
  expect([leader.on('tail').isClosed, first.isClosed]).toEqual([false, true]);
  leader.on('tail').answer(toLane('catch-up'));
  await engine.pass(100);
  expect(leader.on('catch-up')).not.toBe(first);
  expect(asksFrom(leader.on('catch-up').asked)).toEqual([0]);
});

test('what is appended to catch up does not push out of the tail cache what tenants read', async () => {
  const { engine, leader, partition, cache } = await following();
  leader.on('tail').answer(recordsAt(0));
  await engine.pass(100);
  const bytes = cache.bytes;
  expect(bytes).toBeGreaterThan(0);
  leader.on('tail').answer(toLane('catch-up'));
  await engine.pass(100);
  leader.on('catch-up').answer(recordsAt(1));
  await engine.pass(100);
  expect(partition.log?.endOffset).toBe(2);
  expect(cache.bytes).toBe(bytes);
});
