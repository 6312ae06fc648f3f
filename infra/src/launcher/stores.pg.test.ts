import { createServer } from 'node:net';
import { startTestRedis, type TestRedis } from '@weir/testing/redis-for-tests';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPostgresReachable, checkRedisReachable } from './stores.ts';

let server: TestRedis;
let admin: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  admin = new Redis(server.server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.remove();
});

const withPassword = (password: string) => {
  const url = new URL(server.server.url);
  url.password = password;
  return url.href;
};

test('a Redis that may drop queued work is taken with a warning, another without', async () => {
  expect(await checkRedisReachable(server.server.url)).toBeNull();
  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await checkRedisReachable(server.server.url)).toMatch(/allkeys-lru.*set it to noeviction/);
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
});

test('a wrong password is told from a right one, and not shown', async () => {
  await admin.config('SET', 'requirepass', 'the-right-one');
  await expect(checkRedisReachable(withPassword('the-right-one'))).resolves.toBeNull();
  const failure = await checkRedisReachable(withPassword('hidden-one')).catch(String);
  expect(failure).toMatch(/^StartError: REDIS_URL: .*refuses the name or password/);
  expect(failure).not.toContain('hidden-one');
  const none = await checkRedisReachable(server.server.url).catch(String);
  expect(none).toMatch(/refuses the name or password/);
});

test.each([
  ['answers in another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', /does not speak Redis/],
  ['never answers', null, /no answer within 8 s/],
])('what %s is refused within ten seconds', async (_, answer, reason) => {
  const sockets = new Set<{ destroy(): unknown }>();
  const stranger = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (answer !== null) socket.once('data', () => socket.write(answer));
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const address = stranger.address();
  const place = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const startedMs = performance.now();
  const [redis, postgres] = await Promise.all([
    checkRedisReachable(`redis://:hidden-one@${place}`).catch(String),
    checkPostgresReachable(`postgres://me:hidden-one@${place}/weir`).catch(String),
  ]);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(redis).toMatch(reason);
  expect(postgres).toMatch(/^StartError: DATABASE_URL: Postgres at 127.0.0.1:\d+ cannot be used/);
  expect(String(redis) + postgres).not.toContain('hidden-one');
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => stranger.close(resolve));
});
