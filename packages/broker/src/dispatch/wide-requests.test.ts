import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { decodeResponseHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { afterEach, expect, test } from 'vitest';
import { composeEngine } from '../engine.ts';
import { wideRequestBytesMin, wideRequestsPerClusterMax } from '../limits.ts';
import { Metering } from '../metering/metering.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Authenticator } from '../security/authenticator.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord, noMetadata } from '../testing/identity-for-tests.ts';
import { requestFrame } from '../testing/raw-client.ts';
import type { Answer, Started } from './answer.ts';
import type { ClientState } from './client-state.ts';
import { Dispatcher } from './dispatcher.ts';
import { SaslDispatch } from './sasl-dispatch.ts';

const random = { bytes: (length: number) => Buffer.alloc(length, 7), below: () => 0 };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A dispatcher whose clients are all of one cluster. */
async function open() {
  const engine = new Engine();
  const { log, disk } = engine;
  const passed = { rounds: 0 };
  const soon = (call: () => void) => {
    passed.rounds += 1;
    engine.clock.soon(call);
  };
  const clock = { ...engine.clock, soon };
  const metadata = createMemoryMetadataStore();
  await metadata.applyCluster(clusterRecord('lkc-a'));
  const deps = { ...noMetadata, clock, log, disk, random, usage: noUsage, metadata };
  const { services, pool, heapGuard } = composeEngine(deps, {
    brokerId: 1,
    listenHost: '',
    listenPort: 0,
    advertisedHost: '',
    advertisedPort: null,
    durability: 'fsync',
    anonymousClusterId: 'lkc-a',
  });
  const { cell } = services;
  await cell.start();
  stops.push(() => heapGuard.stop());
  const metering = new Metering({ clock, log, usage: noUsage }, 1, 1);
  const authenticator = new Authenticator({
    clock,
    random,
    workers: noMetadata.workers,
    decoyKey: random.bytes(32),
    findNewestCredential: () => Promise.resolve(null),
    findCredential: () => Promise.resolve(null),
  });
  const identity = () => {
    const cluster = cell.clusters.get('lkc-a');
    if (cluster === undefined) throw new Error('no cluster');
    return { cluster, principal: 'User:a', keyId: null, meter: metering.client('lkc-a', 'User:a', '') };
  };
  const dispatcher = new Dispatcher(services, new SaslDispatch(authenticator, cell, metering), identity);
  const dispatch = (client: ClientState, bytes: Buffer): Started => {
    const frame = pool.take(bytes.length - 4);
    bytes.copy(frame.buffer, 0, 4);
    return dispatcher.dispatch(client, frame);
  };
  const connect = (id: number) => dispatcher.connected(id, '192.0.2.1', () => undefined);
  return { engine, connect, dispatch, passed };
}

const asking = (count: number, name: string) =>
  requestFrame(metadataApi, 12, {
    topics: Array.from({ length: count }, (_, index) => ({ topicId: zeroUuid, name: `${name}-${index}` })),
    allowAutoTopicCreation: false,
  });

const answerOf = (started: Started): Promise<Answer> =>
  started.kind === 'answered' ? Promise.resolve(started.answer) : started.answer;

function namesIn(answer: Answer): (string | null)[] {
  const reader = new Reader(Buffer.concat(answer.buffers).subarray(4));
  decodeResponseHeader(reader, metadataApi, 12);
  return metadataApi.decodeResponse(reader, 12).topics.map(({ name }) => name);
}

test('a request of many elements is decoded in turns: what is wrong at its end shows only after them', async () => {
  const { engine, connect, dispatch } = await open();
  const torn = asking(3_000, 'torn');
  // The last name claims more than there is.
  torn.fill(0xff, torn.length - 12);
  const started = dispatch(connect(1), torn);
  expect(started.kind).toBe('pending');
  expect((await engine.run(answerOf(started))).close).toBe('malformed request');
});

test('wide requests that take turns with each other are each answered as if they were alone', async () => {
  const { engine, connect, dispatch } = await open();
  const started = ['left', 'middle', 'right'].map((name, index) =>
    dispatch(connect(index), asking(2_000, name)),
  );
  const answers = await engine.run(Promise.all(started.map(answerOf)));
  ['left', 'middle', 'right'].forEach((name, index) => {
    const names = answers[index] === undefined ? [] : namesIn(answers[index]);
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 2_000 }, (_, at) => `${name}-${at}`)));
  });
});

test('nothing more is done for a client that is gone', async () => {
  const { engine, connect, dispatch } = await open();
  const client = connect(1);
  const started = dispatch(client, asking(3_000, 'gone'));
  client.hasEnded = true;
  expect((await engine.run(answerOf(started))).close).toBe('the client is gone');
  expect(engine.events).not.toContain('request.failed');
});

test('of one cluster so many wide requests are worked on at once, and those behind them are answered as well', async () => {
  const { engine, connect, dispatch, passed } = await open();
  const wide = asking(8_000, 'a-name-that-makes-it-wide');
  expect(wide.length).toBeGreaterThan(wideRequestBytesMin);
  const endedAtRound: number[] = [];
  const count = 2 * wideRequestsPerClusterMax;
  const answers = Array.from({ length: count }, (_, index) =>
    answerOf(dispatch(connect(index), wide)).then((answer) => {
      endedAtRound.push(passed.rounds);
      return namesIn(answer).length;
    }),
  );
  expect(await engine.run(Promise.all(answers))).toEqual(new Array(count).fill(8_000));
  // Were all worked on at once, they would all end together.
  expect(endedAtRound[wideRequestsPerClusterMax - 1]).toBeLessThan(0.7 * passed.rounds);
});
