import { type FetchRequest, fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import { beforeEach, expect, test } from 'vitest';
import { FetchSessions } from '../cluster/fetch-sessions.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import { Topic } from '../cluster/topic.ts';
import { fetchSessionsPerClusterMax } from '../limits.ts';
import { TailCache } from '../log/tail-cache.ts';
import { Account } from '../memory/account.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { ClientMeter } from '../metering/metering.ts';
import { noUsage } from '../metering/no-usage.ts';
import { nodeRandom } from '../node-deps/node-random.ts';
import { Vacating } from '../partition/vacating.ts';
import { Pace } from '../schedule/pace.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterForTests, noMetadata } from '../testing/identity-for-tests.ts';
import { planFetch } from './fetch-plan.ts';

type Asked = Parameters<typeof fetchApi.encodeRequest>[2];

const principal = 'User:sa-1';
let cluster: LogicalCluster;
let nextRandom = 0;

beforeEach(() => {
  cluster = clusterForTests('lkc-a', () => nextRandom++);
  addTopic('topic', 10);
});

function addTopic(name: string, partitionCount: number) {
  const partition = {
    leader: 1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas: [1],
    isr: [1],
    eligibleReplicas: [],
    uncleanEpoch: -1,
    reassignment: null,
  };
  const partitions = Array.from({ length: partitionCount }, () => partition);
  const record = {
    clusterId: 'lkc-a',
    topicId: `id of ${name}`,
    name,
    configs: {},
    partitions,
    createdAt: 0,
  };
  const { clock, disk, log } = new Engine();
  const deps = { ...noMetadata, clock, disk, log, random: nodeRandom, usage: noUsage };
  const environment = {
    deps,
    brokerId: 1,
    pool: new FramePool(0),
    cache: new TailCache(0),
    vacating: new Vacating(deps.log),
  };
  const topic = new Topic(environment, record, cluster);
  topic.apply(record, cluster.record.limits, 'os');
  cluster.addTopic(topic);
}

/** A fetch as the codec gives it, of partitions of one topic: their numbers and offsets. */
function request(
  id: number,
  epoch: number,
  offsets: Record<number, number>,
  forgotten: number[] = [],
): FetchRequest {
  const asked: Asked = {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000,
    sessionId: id,
    sessionEpoch: epoch,
    topics: [
      {
        topic: 'topic',
        partitions: Object.entries(offsets).map(([partition, fetchOffset]) => ({
          partition: Number(partition),
          fetchOffset,
          partitionMaxBytes: 100,
        })),
      },
    ],
    forgottenTopicsData: forgotten.length === 0 ? [] : [{ topic: 'topic', partitions: forgotten }],
  };
  const writer = new Writer().startPlain();
  fetchApi.encodeRequest(writer, 12, asked);
  return fetchApi.decodeRequest(new Reader(Buffer.concat(writer.finish())), 12);
}

function plan(asked: FetchRequest, who = principal, apiVersion = 12) {
  const identity = { cluster, principal: who, keyId: null, meter: new ClientMeter('lkc-a', who, '') };
  const { clock, log } = new Engine();
  const pace = new Pace(new Scheduler(clock, log), cluster.flow);
  // A plan needs of its request who asks, in which version, and how to divide its work.
  return planFetch({ identity, apiVersion, pace } as unknown as Parameters<typeof planFetch>[0], asked);
}

async function planned(asked: FetchRequest) {
  const made = await plan(asked);
  if (made.kind === 'rejected') throw new Error(made.error);
  return made;
}

const offsetsOf = (made: Awaited<ReturnType<typeof planned>>) =>
  [...made.partitions.values()].map((part) => [part.partition, part.fetchOffset]);

test('(0, −1) fetches without a session, (0, 0) makes one, (id, n) goes on with it', async () => {
  expect(await planned(request(0, -1, { 0: 5 }))).toMatchObject({
    sessionId: 0,
    session: null,
    isIncremental: false,
  });
  const first = await planned(request(0, 0, { 0: 5, 1: 6 }));
  expect(first.sessionId).toBeGreaterThan(0);
  expect(first.isIncremental).toBe(false);
  const next = await planned(request(first.sessionId, 1, { 1: 9, 2: 1 }));
  expect(next).toMatchObject({ sessionId: first.sessionId, isIncremental: true });
  expect(offsetsOf(next)).toEqual([
    [0, 5],
    [1, 9],
    [2, 1],
  ]);
  const fewer = await planned(request(first.sessionId, 2, {}, [0, 2]));
  expect(offsetsOf(fewer)).toEqual([[1, 9]]);
});

test('an epoch that is not the next one is INVALID_FETCH_SESSION_EPOCH, and leaves the session as it was', async () => {
  const { sessionId } = await planned(request(0, 0, { 0: 5 }));
  for (const epoch of [2, 7]) {
    expect(await plan(request(sessionId, epoch, {}))).toEqual({
      kind: 'rejected',
      error: 'INVALID_FETCH_SESSION_EPOCH',
    });
  }
  expect((await planned(request(sessionId, 1, {}))).sessionId).toBe(sessionId);
  expect(await plan(request(sessionId, 1, {}))).toMatchObject({ error: 'INVALID_FETCH_SESSION_EPOCH' });
});

test('a session that is not there, was closed or replaced, or is somebody else’s is FETCH_SESSION_ID_NOT_FOUND', async () => {
  const missing = { kind: 'rejected', error: 'FETCH_SESSION_ID_NOT_FOUND' };
  expect(await plan(request(12_345, 1, {}))).toEqual(missing);
  const { sessionId } = await planned(request(0, 0, { 0: 5 }));
  expect(await plan(request(sessionId, 1, {}), 'User:other')).toEqual(missing);
  await plan(request(sessionId, -1, {}), 'User:other');
  expect((await planned(request(sessionId, 1, {}))).sessionId).toBe(sessionId);
  const second = await planned(request(sessionId, 0, { 0: 5 }));
  expect(second.sessionId).not.toBe(sessionId);
  expect(await plan(request(sessionId, 2, {}))).toEqual(missing);
  await plan(request(second.sessionId, -1, {}));
  expect(await plan(request(second.sessionId, 1, {}))).toEqual(missing);
});

test('a session by names is not gone on with by ids: FETCH_SESSION_TOPIC_ID_ERROR', async () => {
  const { sessionId } = await planned(request(0, 0, { 0: 5 }));
  expect(await plan(request(sessionId, 1, {}), principal, 13)).toEqual({
    kind: 'rejected',
    error: 'FETCH_SESSION_TOPIC_ID_ERROR',
  });
});

test('the epoch wraps from 2³¹−1 to 1', async () => {
  const made = await planned(request(0, 0, { 0: 5 }));
  if (made.session === null) throw new Error('a session was asked for');
  made.session.epoch = 0x7fff_ffff;
  await planned(request(made.sessionId, 0x7fff_ffff, {}));
  expect((await planned(request(made.sessionId, 1, {}))).sessionId).toBe(made.sessionId);
});

test('a cluster has a bounded number of sessions, and the least recently used makes room', async () => {
  const sessions = new FetchSessions(
    (bound) => nextRandom++ % bound,
    new Account(1 << 30),
    fetchSessionsPerClusterMax,
  );
  const ids = Array.from(
    { length: fetchSessionsPerClusterMax },
    () => sessions.create(principal, false, new Map())?.id,
  );
  sessions.use(ids[0] ?? 0, principal);
  sessions.create(principal, false, new Map());
  expect(sessions.use(ids[0] ?? 0, principal)).not.toBeNull();
  expect(sessions.use(ids[1] ?? 0, principal)).toBeNull();
});

test('what the cluster does not have is answered each time and remembered by no session', async () => {
  const first = await planned(request(0, 0, { 0: 5, 77: 6 }));
  expect([first.sessionId, first.isIncremental, first.partitions.size]).toEqual([0, false, 2]);
  const { sessionId } = await planned(request(0, 0, { 0: 5 }));
  const next = await planned(request(sessionId, 1, { 77: 6 }));
  expect(next).toMatchObject({ sessionId: 0, session: null, isIncremental: true });
  expect(offsetsOf(next)).toEqual([
    [0, 5],
    [77, 6],
  ]);
  expect(cluster.fetchSessions.size).toBe(0);
});

test('sessions are paid for by their cluster, give back what they forget, and make room for each other', async () => {
  const { fetchSessions } = cluster.accounts;
  const { sessionId } = await planned(request(0, 0, { 0: 5, 1: 5 }));
  const two = fetchSessions.bytes;
  await planned(request(sessionId, 1, { 2: 5 }));
  expect(fetchSessions.bytes).toBeGreaterThan(two);
  await planned(request(sessionId, 2, {}, [2]));
  expect(fetchSessions.bytes).toBe(two);
  fetchSessions.bytesMax = two;
  const other = await planned(request(0, 0, { 4: 1, 5: 1 }));
  expect(other.sessionId).toBeGreaterThan(0);
  expect([cluster.fetchSessions.size, fetchSessions.bytes]).toEqual([1, two]);
  const grown = await planned(request(other.sessionId, 1, { 6: 1 }));
  expect([grown.sessionId, grown.partitions.size, fetchSessions.bytes]).toEqual([0, 3, 0]);
  expect(cluster.reachedLimits.take()).toMatchObject([{ limit: 'fetchSessionBytesMax' }]);
  expect((await planned(request(0, 0, { 0: 1, 1: 1, 2: 1 }))).sessionId).toBe(0);
});
