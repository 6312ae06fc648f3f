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
} from '../limits.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { MemoryInFlight } from '../memory/memory-in-flight.ts';
import { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { identityOf, noMetadata } from '../testing/identity-for-tests.ts';
import { TestTransport } from '../testing/transport-for-tests.ts';
import { Connection } from './connection.ts';
import type { SharedMemory } from './connection-memory.ts';

const random: Random = { bytes: (length) => Buffer.alloc(length), below: () => 0 };
const usage: UsageSink = { report: () => Promise.resolve(), hold: () => Promise.resolve() };

interface Asked {
  readonly body: string;
  answer(answer?: Partial<Answer>): void;
  orderedNow(): void;
}

function sharedMemory(unfinishedBytesMax = 1 << 20): SharedMemory {
  return {
    inFlight: new MemoryInFlight(bytesInFlightPerBrokerMax),
    unfinished: new UnfinishedFrames(unfinishedBytesMax),
  };
}

/** A connection whose requests the test answers. `ordered` by default as soon as it started. */
function connect(options: { authenticated?: boolean; ordered?: Ordered; memory?: SharedMemory } = {}) {
  const engine = new Engine();
  const transport = new TestTransport();
  const memory = options.memory ?? sharedMemory();
  const pool = new FramePool(1 << 20, true);
  const asked: Asked[] = [];
  const state = { isDisconnected: false, client: null as ClientState | null };
  const dispatcher = {
    connected(connectionId: number, host: string, close: (reason: string) => void): ClientState {
      const identity = options.authenticated === false ? null : identityOf();
      const client: ClientState = {
        connectionId,
        host,
        identity,
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
  const connection = new Connection({ deps, pool, dispatcher, memory }, transport, 1);
  transport.onClose(() => connection.ended());
  const sent = () => transport.written.join('');
  const send = (...bodies: string[]) => transport.receive(Buffer.concat(bodies.map(framed)));
  return { engine, transport, memory, pool, asked, state, connection, sent, send };
}

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
  const large = 'x'.repeat(40 * 1024 * 1024);
  send(large);
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
  const large = 'x'.repeat(40 * 1024 * 1024);
  send(large, large);
  expect(transport.isPaused).toBe(true);
  memory.inFlight.take(bytesInFlightPerBrokerMax);
  for (const request of asked) request.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(true);
  memory.inFlight.giveBack(bytesInFlightPerBrokerMax);
  expect(transport.isPaused).toBe(false);
});

test('whenever it ends, it gives back all memory and frames that it held', async () => {
  const { engine, asked, send, transport, memory, pool, state } = connect({ ordered: 'when-answered' });
  send('a', 'b', 'c');
  transport.receive(framed('half of a frame').subarray(0, 9));
  expect(memory.inFlight.bytes).toBe(3);
  transport.closeNow();
  asked[0]?.answer();
  await engine.pass(1);
  expect([memory.inFlight.bytes, state.isDisconnected]).toEqual([0, true]);
  expect(pool.bytesFree).toBe(4 * 512);
});

test('an idle connection is closed, one that waits for an answer is not', async () => {
  const idle = connect();
  const waiting = connect();
  waiting.send('a');
  for (const each of [idle, waiting]) {
    await each.engine.pass(connectionIdleMs + 1);
    each.connection.closeIfIdle();
  }
  expect([idle.transport.isDestroyed, waiting.transport.isDestroyed]).toEqual([true, false]);
});

test('a connection whose credential has expired is closed, whatever it is doing', async () => {
  const { engine, state, connection, transport } = connect();
  if (state.client !== null) state.client.expiresAt = engine.clock.now() + 1000;
  connection.closeIfIdle();
  expect(transport.isDestroyed).toBe(false);
  await engine.pass(1000);
  connection.closeIfIdle();
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
  const memory = sharedMemory(1_000);
  const [first, second] = [connect({ memory }), connect({ memory })];
  first.transport.receive(begun(2_000, 900));
  second.transport.receive(begun(2_000, 900));
  expect(memory.unfinished.bytes).toBe(1_800);
  expect([first.transport.isPaused, second.transport.isPaused]).toEqual([false, false]);
  first.transport.receive(Buffer.alloc(100));
  expect([first.transport.isPaused, second.transport.isPaused]).toEqual([true, false]);

  second.transport.receive(Buffer.alloc(1_100));
  expect(second.asked).toHaveLength(1);
  expect(memory.unfinished.bytes).toBe(1_000);
  expect(first.transport.isPaused).toBe(false);
  first.connection.ended();
  expect(memory.unfinished.bytes).toBe(0);
});

test('a request that was begun and does not go on ends its connection, and gives its memory back', async () => {
  const { engine, memory, transport, connection } = connect();
  transport.receive(begun(2_000, 10));
  await engine.pass(frameTimeoutMs);
  connection.closeIfIdle();
  expect(transport.isDestroyed).toBe(false);
  await engine.pass(1_000);
  connection.closeIfIdle();
  expect(transport.isDestroyed).toBe(true);
  connection.ended();
  expect(memory.unfinished.bytes).toBe(0);
});
