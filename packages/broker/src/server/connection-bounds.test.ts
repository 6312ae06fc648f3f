import { expect, test } from 'vitest';
import {
  bytesInFlightPerBrokerMax,
  framesPerCutMax,
  frameTimeoutMs,
  lightMsMax,
  pauseProbeMs,
  readBytesPerMs,
  requestsUnauthenticatedMax,
  untakenAnswerIdleMsMax,
  untakenAnswerMsMax,
} from '../limits.ts';
import { UnfinishedFrames } from '../memory/unfinished-frames.ts';
import { connect, framed, produce, sharedMemory } from '../testing/connection-for-tests.ts';
import { identityOf } from '../testing/identity-for-tests.ts';

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

test('is not read from while too much of it is unanswered, and is again when it was answered', async () => {
  const { engine, asked, send, transport } = connect();
  const large = produce(15 * 1024 * 1024);
  send(large, large, large, large);
  await engine.pass(1);
  expect(transport.isPaused).toBe(false);
  send(large);
  expect(transport.isPaused).toBe(true);
  asked[0]?.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(false);
});

test('who uses little is read from at once; who keeps the broker busy, a chunk a turn', async () => {
  const { engine, send, transport, identity } = connect();
  send('a');
  send('b');
  await engine.pass(0);
  expect(transport.isPaused).toBe(false);
  identity.cluster.flow.charge(2 * lightMsMax, engine.clock.monotonicMs());
  send('c');
  send('d');
  expect(transport.isPaused).toBe(true);
  await engine.pass(1);
  expect(transport.isPaused).toBe(false);
});

test('who becomes one of those that keep the broker busy waits for turns to read on all connections', async () => {
  const { engine, send, identity } = connect();
  const { readers } = identity.cluster.flow;
  let asked = 0;
  const askForTurn = () => {
    asked += 1;
  };
  for (let at = 0; at < 3; at += 1) readers.add({ askForTurn });
  send('a');
  await engine.pass(0);
  expect([readers.size, asked]).toEqual([4, 0]);
  send(produce(lightMsMax * readBytesPerMs));
  expect(asked).toBe(3);
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
  await engine.pass(1);
  expect(transport.isPaused).toBe(true);
  memory.clusters.inFlight.take(bytesInFlightPerBrokerMax);
  for (const request of asked.slice(0, 3)) request.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(true);
  memory.clusters.inFlight.giveBack(bytesInFlightPerBrokerMax);
  await engine.pass(1);
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

test('behind a request that waits a large one does not come in, and does when the first was answered', async () => {
  const { engine, asked, send, transport } = connect({ ordered: 'when-answered' });
  send('waits');
  expect(transport.isPaused).toBe(false);
  transport.receive(begun(8_000_000, 60_000));
  expect(transport.isPaused).toBe(true);
  asked[0]?.answer();
  await engine.pass(1);
  expect(transport.isPaused).toBe(false);
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
  const { engine, asked, send, transport } = connect({ authenticated: false, ordered: 'when-answered' });
  send(...Array.from({ length: requestsUnauthenticatedMax + 1 }, () => 'x'));
  for (let at = 0; at < requestsUnauthenticatedMax; at += 1) {
    expect(asked).toHaveLength(at + 1);
    asked[at]?.answer();
    await engine.pass(0);
  }
  expect([asked.length, transport.isDestroyed]).toEqual([requestsUnauthenticatedMax, true]);
});

test('what a stranger sends in one piece beyond his few requests ends his connection at once', async () => {
  const { asked, send, transport } = connect({ authenticated: false, ordered: 'when-answered' });
  send(...Array.from({ length: requestsUnauthenticatedMax + 2 }, () => 'x'));
  expect([asked.length, transport.isDestroyed]).toEqual([1, true]);
});

test('of a chunk with thousands of small requests few are cut at once; all are answered, and nothing is read meanwhile', async () => {
  const { engine, asked, memory, send, transport } = connect({ ordered: 'when-answered' });
  const count = 5 * framesPerCutMax + 3;
  send(...Array.from({ length: count }, () => 'x'));
  expect(memory.clusters.inFlight.bytes).toBeLessThanOrEqual(framesPerCutMax);
  expect(transport.isPaused).toBe(true);
  for (let at = 0; at < count; at += 1) {
    asked[at]?.answer();
    await engine.pass(1);
  }
  expect([asked.length, transport.isPaused, transport.isDestroyed]).toEqual([count, false, false]);
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
