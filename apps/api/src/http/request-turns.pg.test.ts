import { connect, type Socket } from 'node:net';
import { createCluster } from '@weir/contracts/clusters';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(() => api.close());

/** A connection from an address of loopback, and what has come back over it. */
const open = (from: string) => {
  const { hostname, port } = new URL(api.anonymous.url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: from });
  sockets.add(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => socket.destroy());
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { socket, statuses, text: () => text };
};

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
/** It is at work until its body is whole, which is never. */
const held =
  'POST /auth/sign-in/email HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';

it('one address has so many requests at work and waiting, and no other waits for them', async () => {
  const holding = Array.from({ length: 10 }, () => open('127.0.0.66'));
  for (const { socket } of holding) socket.write(held);
  const waiting = open('127.0.0.66');
  waiting.socket.write(get('/healthz').repeat(64));
  // What waits is ahead of the first that is refused.
  await expect
    .poll(async () => {
      const probe = open('127.0.0.66');
      probe.socket.write(get('/healthz'));
      await expect
        .poll(() => probe.statuses().length, { timeout: 500 })
        .toBe(1)
        .catch(() => undefined);
      probe.socket.destroy();
      return probe.text();
    })
    .toMatch(/^HTTP\/1\.1 429 [\s\S]*\r\nRetry-After: 1\r\n[\s\S]*"rate_limited"/);
  expect(waiting.statuses()).toEqual([]);

  const other = open('127.0.0.7');
  other.socket.write(get('/healthz'));
  await expect.poll(other.statuses).toEqual([200]);

  for (const { socket } of holding) socket.destroy();
  await expect.poll(waiting.statuses).toEqual(Array(64).fill(200));
});

it('of twenty thousand pipelined requests few are answered, the rest ends with its connection, and others are served', async () => {
  const person = await api.signUp();
  const head = get('/cmk/v2/clusters').replace('\r\n\r\n', `\r\ncookie: ${person.headers.cookie}\r\n\r\n`);
  const flood = Array.from({ length: 200 }, () => open('127.0.0.66'));
  for (const { socket } of flood) socket.write(head.repeat(100));
  const other = await api.signUp();
  const begunMs = performance.now();
  await other.call(createCluster, { body: { spec: { display_name: 'mine' } } });
  expect(performance.now() - begunMs).toBeLessThan(2_000);
  await expect.poll(() => flood.every(({ socket }) => socket.destroyed), { timeout: 15_000 }).toBe(true);
  const statuses = flood.flatMap((each) => each.statuses());
  expect([...new Set(statuses)].toSorted()).toEqual([200, 429]);
  expect(statuses.length).toBeLessThan(1_000);
  // No more are let in for a moment, and then again.
  const again = () => {
    const one = open('127.0.0.66');
    one.socket.write(get('/healthz'));
    return one.statuses;
  };
  await expect
    .poll(
      async () => {
        const statusesOfOne = again();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return statusesOfOne();
      },
      { timeout: 10_000 },
    )
    .toEqual([200]);
});

it('who leaves before an answer makes room for what waits', async () => {
  for (let turn = 0; turn < 5; turn++) {
    const all = Array.from({ length: 10 }, () => open('127.0.0.66'));
    for (const { socket } of all) socket.write(held);
    await new Promise((resolve) => setImmediate(resolve));
    for (const { socket } of all) socket.destroy();
  }
  const one = open('127.0.0.66');
  one.socket.write(get('/healthz'));
  await expect.poll(one.statuses, { timeout: 5_000 }).toEqual([200]);
});
