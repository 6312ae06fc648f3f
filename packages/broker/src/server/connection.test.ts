import { expect, test } from 'vitest';
import type { Random, UsageSink } from '../deps.ts';
import type { Answer, Ordered, Started } from '../dispatch/answer.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import {
  authenticationTimeoutMs,
  bytesInFlightPerBrokerMax,
  connectionEndTimeoutMs,
  connectionIdleMs,
  frameTimeoutMs,
  pauseProbeMs,
  requestsUnauthenticatedMax,
  untakenAnswerIdleMsMax,
  untakenAnswerMsMax,
} from '../limits.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { MemoryInFlight } from '../memory/memory-in-flight.ts';
import { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { identityOf, noMetadata } from '../testing/identity-for-tests.ts';
import { TestTransport } from '../testing/transport-for-tests.ts';
import { Connection } from './connection.ts';
import type { BrokerMemory, SharedMemory } from './connection-memory.ts';
import { Strangers } from './strangers.ts';

const random: Random = { bytes: (length) => Buffer.alloc(length), below: () => 0 };
const usage: UsageSink = { report: () => Promise.resolve(), hold: () => Promise.resolve() };

interface Asked {
  readonly body: string;
  answer(answer?: Partial<Answer>): void;
  orderedNow(): void;
}

function sharedMemory(unfinishedBytesMax = 1 << 20): BrokerMemory {
  const scope = (): SharedMemory => ({
    inFlight: new MemoryInFlight(bytesInFlightPerBrokerMax),
    unfinished: new UnfinishedFrames(unfinishedBytesMax),
  });
  return { clusters: scope(), strangers: scope() };
}

/** A connection whose requests the test answers. `ordered` by default as soon as it started. */
function connect(
  options: {
    authenticated?: boolean;
    ordered?: Ordered;
    memory?: BrokerMemory;
    /** Of the cluster, in place of its own. */
    unfinished?: UnfinishedFrames;
  } = {},
) {
  const engine = new Engine();
  const transport = new TestTransport();
  const memory = options.memory ?? sharedMemory();
  const pool = new FramePool(1 << 20, true);
  const asked: Asked[] = [];
  const identity = identityOf();
  if (options.unfinished !== undefined) {
    Object.assign(identity.cluster.memory, { unfinished: options.unfinished });
  }
  const state = { isDisconnected: false, client: null as ClientState | null };
  const dispatcher = {
    connected(connectionId: number, host: string, close: (reason: string) => void): ClientState {
      const client: ClientState = {
        connectionId,
        host,
        identity: options.authenticated === false ? null : identity,
        sasl: { kind: 'none' },
        expiresAt: null,
        membership: null,
        hasEnded: false,
        endListeners: new Set(),
        close,
      };
      state.client = client;
      return client;
    },
    disconnected() {
      state.isDisconnected = true;
    },
    dispatch(_client: ClientState, frame: { buffer: Buffer; length: number }): Started {
      const body = frame.buffer.toString('latin1', 0, frame.length);
      const settled = Promise.withResolvers<Answer>();
      const order = Promise.withResolvers<void>();
      const answer = (part: Partial<Answer> = {}) =>
        settled.resolve({
          buffers: [Buffer.from(`<${body}>`)],
          frames: [],
          throttleMs: 0,
          close: null,
          ...part,
        });
      asked.push({ body, answer, orderedNow: () => order.resolve() });
      const ordered = options.ordered ?? 'now';
      return {
        kind: 'pending',
        ordered: ordered instanceof Promise ? order.promise : ordered,
        answer: settled.promise,
      };
    },
  };
  const deps = {
    ...engine,
    clock: engine.clock,
    log: engine.log,
    disk: engine.disk,
    random,
    usage,
    ...noMetadata,
  };
  const scheduler = new Scheduler(engine.clock);
  const shared = { deps, pool, dispatcher, memory, scheduler, strangers: new Strangers() };
  const connection = new Connection(shared, transport, 1);
  transport.onClose(() => connection.ended());
  const sent = () => transport.written.join('');
  const send = (...bodies: string[]) => transport.receive(Buffer.concat(bodies.map(framed)));
  return { engine, transport, memory, pool, asked, state, identity, connection, sent, send };
}

/** A body that begins as a produce request does. */
const produce = (bytes: number) => '\0\0'.padEnd(bytes, 'x');

function framed(body: string): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length);
  frame.write(body, 4, 'latin1');
  return frame;
}

test('answers leave in the order of the requests, whichever is ready first', async () => {
  const { engine, asked, send, sent } = connect();
  send('a', 'b', 'c');
  expect(asked.map(({ body }) => body)).toEqual(['a', 'b', 'c']);
  asked[2]?.answer();
  asked[1]?.answer();
  await engine.pass(1);
  expect(sent()).toBe('');
  asked[0]?.answer();
  await engine.pass(1);
  expect(sent()).toBe('<a><b><c>');
});

test('answers that are ready together leave in one write', async () => {
  const { engine, asked, send, transport } = connect();
  send('a', 'b', 'c');
  for (const request of asked) request.answer();
  await engine.pass(1);
  expect(transport.written).toHaveLength(1);
});

test('a request whose order is not fixed holds back the next one, and only until it is', async () => {
  const { engine, asked, send } = connect({ ordered: Promise.resolve() });
  send('a', 'b');
  expect(asked).toHaveLength(1);
  asked[0]?.orderedNow();
  await engine.pass(1);
  expect(asked).toHaveLength(2);
});

test('a request that is ordered by its answer holds back the next one until then', async () => {
  const { engine, asked, send } = connect({ ordered: 'when-answered' });
  send('a', 'b');
  await engine.pass(1);
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  await engine.pass(1);
  expect(asked).toHaveLength(2);
});

test('an answer that ends the connection is the last thing on it, and nothing behind it is started', async () => {
  const { engine, asked, send, sent, transport } = connect({ ordered: 'when-answered' });
  send('a', 'b');
  asked[0]?.answer({ close: 'malformed request' });
  send('c');
  await engine.pass(1);
  send('d');
  expect(asked.map(({ body }) => body)).toEqual(['a']);
  expect([sent(), transport.isEnded, transport.isDestroyed]).toEqual(['<a>', true, false]);
  await engine.pass(connectionEndTimeoutMs);
  expect(transport.isDestroyed).toBe(true);
});

test.each(['ffffffff', '7fffffff'])('a frame of size %s ends the connection with one line', async (size) => {
  const { engine, transport, asked } = connect();
  transport.receive(Buffer.from(size, 'hex'));
  expect(transport.isDestroyed).toBe(true);
  expect(engine.events.filter((event) => event === 'connection.malformed')).toHaveLength(1);
  expect(asked).toEqual([]);
});

test('who has not authenticated may send 64 KiB a frame, and more once he has', async () => {
  const { engine, state, asked, send, transport } = connect({ authenticated: false });
  send('x'.repeat(65_536));
  if (state.client !== null) state.client.identity = identityOf();
  asked[0]?.answer();
  await engine.pass(1);
  send('y'.repeat(65_537));
  expect([asked.length, transport.isDestroyed]).toEqual([2, false]);
  const stranger = connect({ authenticated: false });
  stranger.send('x'.repeat(65_537));
  expect([stranger.asked.length, stranger.transport.isDestroyed]).toEqual([0, true]);
});

test('who has not authenticated in time is cut off, who has is not', async () => {
  const stranger = connect({ authenticated: false });
  await stranger.engine.pass(authenticationTimeoutMs - 1);
  expect(stranger.transport.isDestroyed).toBe(false);
  await stranger.engine.pass(1);
  expect(stranger.transport.isDestroyed).toBe(true);
  const known = connect();
  await known.engine.pass(authenticationTimeoutMs);
  expect(known.transport.isDestroyed).toBe(false);
});

test('a throttled connection gets its answer at once, and its next request is started when the debt is paid', async () => {
  const { engine, asked, send, sent } = connect();
  send('a');
  asked[0]?.answer({ throttleMs: 500 });
  await engine.pass(1);
  expect(sent()).toBe('<a>');
  send('b');
  await engine.pass(490);
  expect(asked).toHaveLength(1);
  await engine.pass(10);
  expect(asked).toHaveLength(2);
});

test('is not read from while too much of it is unanswered, and is again when it was answered', async () => {
  const { engine, asked, send, transport } = connect();
  const large = produce(15 * 1024 * 1024);
  send(large, large, large, large);
  expect(transport.isPaused).toBe(false);
  send(large);
  expect(transport.isPaused).toBe(true);
  asked[0]?.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(false);
});

test('starts nothing while the peer leaves its answers lying, and goes on when it took them', async () => {
  const { engine, asked, send, transport } = connect();
  transport.takesAtOnce = false;
  send('a');
  asked[0]?.answer({ buffers: [Buffer.alloc(17 * 1024 * 1024)] });
  await engine.pass(1);
  send('b');
  expect(asked).toHaveLength(1);
  transport.takeAll();
  expect(asked).toHaveLength(2);
});

test('a connection that waits for memory which others hold is read from as soon as they gave it back', async () => {
  const memory = sharedMemory();
  const { engine, asked, send, transport } = connect({ memory });
  const large = produce(15 * 1024 * 1024);
  send(large, large, large, large, large);
  expect(transport.isPaused).toBe(true);
  memory.clusters.inFlight.take(bytesInFlightPerBrokerMax);
  for (const request of asked.slice(0, 3)) request.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(true);
  memory.clusters.inFlight.giveBack(bytesInFlightPerBrokerMax);
  expect(transport.isPaused).toBe(false);
});

test('who holds little is read from although all together hold too much', async () => {
  const memory = sharedMemory();
  const { send, transport } = connect({ memory });
  memory.clusters.inFlight.take(bytesInFlightPerBrokerMax);
  send('a');
  expect(transport.isPaused).toBe(false);
});

test('behind a request that waits nothing is read but what came with it', async () => {
  const { engine, asked, send, transport } = connect({ ordered: 'when-answered' });
  send('waits', 'behind');
  expect([asked.length, transport.isPaused]).toEqual([1, true]);
  asked[0]?.answer();
  await engine.pass(1);
  expect([asked.length, transport.isPaused]).toEqual([2, false]);
});

test('a client that is gone is noticed also while it is not read from', async () => {
  const { engine, send, transport, connection } = connect({ ordered: 'when-answered' });
  send('waits', 'behind');
  const pauses: boolean[] = [];
  for (let at = 0; at < 3; at += 1) {
    await engine.pass(pauseProbeMs);
    connection.sweep();
    pauses.push(transport.isPaused);
    await engine.pass(100);
    pauses.push(transport.isPaused);
  }
  expect(pauses).toEqual([false, true, false, true, false, true]);
});

test('a stranger has one request at a time, and not many in all', async () => {
  const { asked, send, transport } = connect({ authenticated: false, ordered: 'when-answered' });
  send(...Array.from({ length: requestsUnauthenticatedMax + 1 }, () => 'x'));
  for (let at = 0; at < requestsUnauthenticatedMax; at += 1) {
    expect(asked).toHaveLength(at + 1);
    asked[at]?.answer();
    for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
  }
  expect([asked.length, transport.isDestroyed]).toEqual([requestsUnauthenticatedMax, true]);
});

test('what an answer keeps in memory is its cluster’s until it was taken, whole frames where it holds parts', async () => {
  const { engine, asked, send, transport, pool, identity } = connect();
  const { answers } = identity.cluster.accounts;
  transport.takesAtOnce = false;
  send('a', 'b');
  const frame = pool.take(100_000);
  frame.retain();
  asked[0]?.answer({ buffers: [frame.buffer.subarray(0, 10)], frames: [frame, frame] });
  asked[1]?.answer({ buffers: [Buffer.alloc(50)] });
  await engine.pass(1);
  expect(answers.bytes).toBe(frame.buffer.length + 50);
  transport.takeAll();
  expect(answers.bytes).toBe(0);
});

test('who takes no answers is cut off when memory is short, and otherwise only after long', async () => {
  const outcomes = [];
  for (const isShort of [false, true]) {
    const { engine, asked, send, transport, identity, connection } = connect();
    transport.takesAtOnce = false;
    send('a');
    asked[0]?.answer();
    await engine.pass(untakenAnswerMsMax + 1);
    if (isShort) identity.cluster.accounts.answers.take(identity.cluster.accounts.answers.bytesMax);
    connection.sweep();
    outcomes.push(transport.isDestroyed);
    await engine.pass(untakenAnswerIdleMsMax);
    connection.sweep();
    outcomes.push(transport.isDestroyed);
  }
  expect(outcomes).toEqual([false, true, true, true]);
});

test('whenever it ends, it gives back all memory and frames that it held', async () => {
  const { engine, asked, send, transport, memory, pool, state } = connect({ ordered: 'when-answered' });
  send('a', 'b', 'c');
  transport.receive(framed('half of a frame').subarray(0, 9));
  expect(memory.clusters.inFlight.bytes).toBe(3);
  transport.closeNow();
  asked[0]?.answer();
  await engine.pass(1);
  expect([memory.clusters.inFlight.bytes, state.isDisconnected]).toEqual([0, true]);
  expect(pool.bytesFree).toBe(4 * 512);
});

test('an idle connection is closed, one that waits for an answer is not', async () => {
  const idle = connect();
  const waiting = connect();
  waiting.send('a');
  for (const each of [idle, waiting]) {
    await each.engine.pass(connectionIdleMs + 1);
    each.connection.sweep();
  }
  expect([idle.transport.isDestroyed, waiting.transport.isDestroyed]).toEqual([true, false]);
});

test('a connection whose credential has expired is closed, whatever it is doing', async () => {
  const { engine, state, connection, transport } = connect();
  if (state.client !== null) state.client.expiresAt = engine.clock.now() + 1000;
  connection.sweep();
  expect(transport.isDestroyed).toBe(false);
  await engine.pass(1000);
  connection.sweep();
  expect(transport.isDestroyed).toBe(true);
});

test('draining answers what was started, starts nothing more, and then ends', async () => {
  const { engine, asked, send, sent, connection, transport } = connect({ ordered: 'when-answered' });
  send('a', 'b');
  connection.drain();
  expect(transport.isDestroyed).toBe(false);
  asked[0]?.answer();
  await engine.pass(1);
  expect([sent(), asked.length, transport.isEnded]).toEqual(['<a>', 1, true]);
});

/** The beginning of a frame of `size` bytes: its length and `come` bytes. */
function begun(size: number, come: number): Buffer {
  const bytes = Buffer.alloc(4 + come);
  bytes.writeInt32BE(size);
  return bytes;
}

test('what has come of unfinished frames is bounded; past it one connection goes on and the others wait', async () => {
  const unfinished = new UnfinishedFrames(1_000);
  const [first, second] = [connect({ unfinished }), connect({ unfinished })];
  first.transport.receive(begun(2_000, 900));
  second.transport.receive(begun(2_000, 900));
  expect(unfinished.bytes).toBe(1_800);
  expect([first.transport.isPaused, second.transport.isPaused]).toEqual([false, false]);
  first.transport.receive(Buffer.alloc(100));
  expect([first.transport.isPaused, second.transport.isPaused]).toEqual([true, false]);

  second.transport.receive(Buffer.alloc(1_100));
  expect(second.asked).toHaveLength(1);
  expect(unfinished.bytes).toBe(1_000);
  expect(first.transport.isPaused).toBe(false);
  first.connection.ended();
  expect(unfinished.bytes).toBe(0);
});

test('a request that was begun and does not go on ends its connection, and gives its memory back', async () => {
  const { engine, memory, transport, connection } = connect();
  transport.receive(begun(2_000, 10));
  await engine.pass(frameTimeoutMs);
  connection.sweep();
  expect(transport.isDestroyed).toBe(false);
  await engine.pass(1_000);
  connection.sweep();
  expect(transport.isDestroyed).toBe(true);
  connection.ended();
  expect(memory.clusters.unfinished.bytes).toBe(0);
});
