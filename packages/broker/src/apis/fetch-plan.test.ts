import { type FetchRequest, fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import { beforeEach, expect, test } from 'vitest';
import { FetchSessions } from '../cluster/fetch-sessions.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import { fetchSessionsPerClusterMax } from '../limits.ts';
import { PrincipalMeter } from '../metering/metering.ts';
import { clusterForTests } from '../testing/identity-for-tests.ts';
import { planFetch } from './fetch-plan.ts';

type Asked = Parameters<typeof fetchApi.encodeRequest>[2];

const principal = 'User:sa-1';
let cluster: LogicalCluster;
let nextRandom = 0;

beforeEach(() => {
  cluster = clusterForTests('lkc-a', () => nextRandom++);
});

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
  const identity = { cluster, principal: who, meter: new PrincipalMeter('lkc-a', who) };
  // A plan needs of its request who asks, and in which version.
  return planFetch({ identity, apiVersion } as Parameters<typeof planFetch>[0], asked);
}

function planned(asked: FetchRequest) {
  const made = plan(asked);
  if (made.kind === 'rejected') throw new Error(made.error);
  return made;
}

const offsetsOf = (made: ReturnType<typeof planned>) =>
  [...made.partitions.values()].map((part) => [part.partition, part.fetchOffset]);

test('(0, −1) fetches without a session, (0, 0) makes one, (id, n) goes on with it', () => {
  expect(planned(request(0, -1, { 0: 5 }))).toMatchObject({
    sessionId: 0,
    session: null,
    isIncremental: false,
  });
  const first = planned(request(0, 0, { 0: 5, 1: 6 }));
  expect(first.sessionId).toBeGreaterThan(0);
  expect(first.isIncremental).toBe(false);
  const next = planned(request(first.sessionId, 1, { 1: 9, 2: 1 }));
  expect(next).toMatchObject({ sessionId: first.sessionId, isIncremental: true });
  expect(offsetsOf(next)).toEqual([
    [0, 5],
    [1, 9],
    [2, 1],
  ]);
  const fewer = planned(request(first.sessionId, 2, {}, [0, 2]));
  expect(offsetsOf(fewer)).toEqual([[1, 9]]);
});

test('an epoch that is not the next one is INVALID_FETCH_SESSION_EPOCH, and leaves the session as it was', () => {
  const { sessionId } = planned(request(0, 0, { 0: 5 }));
  for (const epoch of [2, 7]) {
    expect(plan(request(sessionId, epoch, {}))).toEqual({
      kind: 'rejected',
      error: 'INVALID_FETCH_SESSION_EPOCH',
    });
  }
  expect(planned(request(sessionId, 1, {})).sessionId).toBe(sessionId);
  expect(plan(request(sessionId, 1, {}))).toMatchObject({ error: 'INVALID_FETCH_SESSION_EPOCH' });
});

test('a session that is not there, was closed or replaced, or is somebody else’s is FETCH_SESSION_ID_NOT_FOUND', () => {
  const missing = { kind: 'rejected', error: 'FETCH_SESSION_ID_NOT_FOUND' };
  expect(plan(request(12_345, 1, {}))).toEqual(missing);
  const { sessionId } = planned(request(0, 0, { 0: 5 }));
  expect(plan(request(sessionId, 1, {}), 'User:other')).toEqual(missing);
  plan(request(sessionId, -1, {}), 'User:other');
  expect(planned(request(sessionId, 1, {})).sessionId).toBe(sessionId);
  const second = planned(request(sessionId, 0, { 0: 5 }));
  expect(second.sessionId).not.toBe(sessionId);
  expect(plan(request(sessionId, 2, {}))).toEqual(missing);
  plan(request(second.sessionId, -1, {}));
  expect(plan(request(second.sessionId, 1, {}))).toEqual(missing);
});

test('a session by names is not gone on with by ids: FETCH_SESSION_TOPIC_ID_ERROR', () => {
  const { sessionId } = planned(request(0, 0, { 0: 5 }));
  expect(plan(request(sessionId, 1, {}), principal, 13)).toEqual({
    kind: 'rejected',
    error: 'FETCH_SESSION_TOPIC_ID_ERROR',
  });
});

test('the epoch wraps from 2³¹−1 to 1', () => {
  const made = planned(request(0, 0, { 0: 5 }));
  if (made.session === null) throw new Error('a session was asked for');
  made.session.epoch = 0x7fff_ffff;
  planned(request(made.sessionId, 0x7fff_ffff, {}));
  expect(planned(request(made.sessionId, 1, {})).sessionId).toBe(made.sessionId);
});

test('a cluster has a bounded number of sessions, and the least recently used makes room', () => {
  const sessions = new FetchSessions((bound) => nextRandom++ % bound);
  const ids = Array.from(
    { length: fetchSessionsPerClusterMax },
    () => sessions.create(principal, false, new Map()).id,
  );
  sessions.use(ids[0] ?? 0, principal);
  sessions.create(principal, false, new Map());
  expect(sessions.use(ids[0] ?? 0, principal)).not.toBeNull();
  expect(sessions.use(ids[1] ?? 0, principal)).toBeNull();
});
