import { expect, test } from 'vitest';
import { authenticationTimeoutMs, connectionEndTimeoutMs, connectionIdleMs } from '../limits.ts';
import { connect } from '../testing/connection-for-tests.ts';

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
