import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { produce } from './producer.ts';
import { ThreeBrokers } from './three-brokers.ts';
import { WireClient } from './wire-client.ts';

interface Asked {
  readonly offset?: number;
  readonly rack?: string;
  readonly version?: number;
  readonly epoch?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly session?: { readonly id: number; readonly epoch: number };
  /** In a session, nothing is named again. */
  readonly isNamed?: boolean;
}

interface Found {
  readonly error: ErrorName | null;
  readonly highWatermark: number;
  readonly sentTo: number;
  readonly bytes: number;
  readonly sessionId: number;
}

/** Three brokers in a rack each, and a topic of one partition with records in it. */
async function begin() {
  // All is in memory, and fits into one answer.
  const bounds = { tailCacheBytesMax: 1 << 26, answerBytesPerClusterMax: 1 << 27, answerBytesFloor: 1 << 22 };
  const of = await ThreeBrokers.begin({ haveRacks: true, bounds });
  const { world, cell, stage, brokers } = of;
  const run = <T>(work: Promise<T>) => of.run(work);
  const pass = (ms: number) => of.pass(ms);
  const row = () => of.row();
  const write = async () => {
    stage.isOpen = true;
    world.start(produce(stage, `producer-${world.now}`, 0, false));
    await pass(3_000);
    stage.isOpen = false;
    await pass(8_000);
  };
  await write();
  const { leader, leaderEpoch } = await row();
  const [near = 0, far = 0] = [1, 2, 3].filter((brokerId) => brokerId !== leader);
  const clients = new Map<number, WireClient>();
  const connect = async (brokerId: number) => {
    const client =
      clients.get(brokerId) ??
      (await run(WireClient.connect(world, cell.network, 'c', `broker-${brokerId}`)));
    clients.set(brokerId, client);
    return client;
  };
  /** From a broker by a consumer in the near broker's rack; `error` null: nothing is said of the partition. */
  const fetch = async (brokerId: number, asked: Asked = {}): Promise<Found> => {
    const { offset = 0, rack = `rack-${near}`, version = 11, epoch = -1, isNamed = true } = asked;
    const part = { partition: 0, fetchOffset: offset, currentLeaderEpoch: epoch, partitionMaxBytes: 1 << 20 };
    const client = await connect(brokerId);
    const answer = await run(
      client.request(fetchApi, version, {
        maxWaitMs: asked.maxWaitMs ?? 0,
        minBytes: asked.minBytes ?? 0,
        maxBytes: 1 << 20,
        sessionId: asked.session?.id ?? 0,
        sessionEpoch: asked.session?.epoch ?? -1,
        topics: isNamed ? [{ topic: 'topic', partitions: [part] }] : [],
        rackId: rack,
      }),
    );
    const found = answer.responses[0]?.partitions[0];
    const sessionId = answer.sessionId ?? 0;
    if (found === undefined) return { error: null, highWatermark: -1, sentTo: -1, bytes: 0, sessionId };
    const { errorCode, highWatermark, preferredReadReplica: sentTo = -1, records } = found;
    const bytes = Buffer.isBuffer(records) ? records.length : 0;
    return { error: errorName(errorCode), highWatermark, sentTo, bytes, sessionId };
  };
  return {
    world,
    cell,
    stage,
    brokers,
    run,
    pass,
    write,
    row,
    connect,
    fetch,
    leader,
    leaderEpoch,
    near,
    far,
  };
}

test('a leader sends a consumer to the replica in its rack at once and without records; nobody else', async () => {
  const { world, fetch, leader, near, far } = await begin();
  const beganMs = world.now;
  const sent = await fetch(leader, { maxWaitMs: 10_000, minBytes: 1 });
  expect(sent).toMatchObject({ error: 'NONE', sentTo: near, bytes: 0 });
  expect(world.now - beganMs).toBeLessThan(100);
  const { highWatermark } = sent;
  expect(highWatermark).toBeGreaterThan(10);
  expect(await fetch(leader, { offset: highWatermark })).toMatchObject({ sentTo: near });
  expect(await fetch(leader, { rack: `rack-${far}` })).toMatchObject({ sentTo: far });
  for (const asked of [{ rack: '' }, { rack: `rack-${leader}` }, { rack: 'rack-9' }, { version: 10 }]) {
    const served = await fetch(leader, asked);
    expect(served).toMatchObject({ error: 'NONE', sentTo: -1 });
    expect(served.bytes).toBeGreaterThan(0);
  }
  expect(await fetch(leader, { offset: highWatermark + 1 })).toMatchObject({
    ...{ error: 'OFFSET_OUT_OF_RANGE', sentTo: -1 },
  });
}, 60_000);

test('in a session a consumer is sent each time that it asks, though nothing else has changed', async () => {
  const { fetch, leader, near } = await begin();
  const { sessionId: id, sentTo } = await fetch(leader, { session: { id: 0, epoch: 0 } });
  expect([sentTo, id > 0]).toEqual([near, true]);
  for (const epoch of [1, 2])
    expect(await fetch(leader, { session: { id, epoch }, isNamed: false })).toMatchObject({ sentTo: near });
  const own = await fetch(near, { session: { id: 0, epoch: 0 } });
  expect(own).toMatchObject({ error: 'NONE', sentTo: -1 });
  const session = { id: own.sessionId, epoch: 1 };
  expect(await fetch(near, { session, offset: own.highWatermark })).toMatchObject({ error: null });
}, 60_000);

test('a follower serves consumers of its rack up to its high watermark, and nobody else', async () => {
  const { fetch, connect, run, leader, near, far } = await begin();
  const { highWatermark, bytes } = await fetch(leader, { rack: '' });
  expect(await fetch(near)).toMatchObject({ error: 'NONE', highWatermark, bytes, sentTo: -1 });
  expect(await fetch(near, { offset: highWatermark })).toMatchObject({ error: 'NONE', bytes: 0 });
  // Beyond its log a follower cannot tell: clients look at the high watermark, and ask the leader.
  const beyond = await fetch(near, { offset: highWatermark + 1 });
  expect(beyond).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE', highWatermark });
  const refused = { error: 'NOT_LEADER_OR_FOLLOWER' };
  expect(await fetch(far)).toMatchObject(refused);
  for (const asked of [{ rack: '' }, { version: 10 }])
    expect(await fetch(near, asked)).toMatchObject(refused);
  const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0, timestamp: -1 }] }];
  const client = await connect(near);
  const listed = await run(client.request(listOffsetsApi, 7, { replicaId: -1, isolationLevel: 0, topics }));
  expect(errorName(listed.topics[0]?.partitions[0]?.errorCode ?? 0)).toBe('NOT_LEADER_OR_FOLLOWER');
}, 60_000);

test('a follower fences by the leader epoch that the consumer knows', async () => {
  const { fetch, near, leaderEpoch } = await begin();
  expect(await fetch(near, { epoch: leaderEpoch })).toMatchObject({ error: 'NONE' });
  expect(await fetch(near, { epoch: leaderEpoch - 1 })).toMatchObject({ error: 'FENCED_LEADER_EPOCH' });
  expect(await fetch(near, { epoch: leaderEpoch + 1 })).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' });
}, 60_000);

test('a fetch that waits at a follower has what is committed a moment after the leader’s reader has it', async () => {
  const { world, stage, fetch, leader, near, connect } = await begin();
  const { highWatermark } = await fetch(leader, { rack: '' });
  const answeredMs = new Map<number, number>();
  for (const brokerId of [leader, near]) await connect(brokerId);
  stage.isOpen = true;
  const waits = [leader, near].map(async (brokerId) => {
    const rack = brokerId === leader ? '' : `rack-${near}`;
    const { bytes } = await fetch(brokerId, {
      offset: highWatermark,
      rack,
      maxWaitMs: 5_000,
      minBytes: 1,
    });
    if (bytes > 0) answeredMs.set(brokerId, world.now);
  });
  world.start(produce(stage, 'later', 0, false));
  await Promise.all(waits);
  stage.isOpen = false;
  const [atLeader = 0, atFollower = Number.POSITIVE_INFINITY] = [leader, near].map((id) =>
    answeredMs.get(id),
  );
  expect(atLeader).toBeGreaterThan(0);
  expect(atFollower - atLeader).toBeLessThan(60);
}, 60_000);

test('a follower that does not hear of its leader sends its readers away, and the leader sends nobody there', async () => {
  const { cell, pass, fetch, row, leader, near } = await begin();
  expect(await fetch(near)).toMatchObject({ error: 'NONE' });
  cell.network.cut(`broker-${near}`, `broker-${leader}`);
  cell.network.cut(`broker-${leader}`, `broker-${near}`);
  await pass(1_600);
  expect(await fetch(near)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER' });
  const served = await fetch(leader);
  expect(served).toMatchObject({ error: 'NONE', sentTo: -1 });
  expect(served.bytes).toBeGreaterThan(0);
  cell.network.mend();
  for (let waitedMs = 0; (await fetch(leader)).sentTo !== near; waitedMs += 500) {
    expect(waitedMs).toBeLessThan(60_000);
    await pass(500);
  }
  expect(await row()).toMatchObject({ leader });
  // The follower hears of it from the store, a moment after the leader.
  await pass(500);
  expect(await fetch(near)).toMatchObject({ error: 'NONE' });
}, 60_000);
