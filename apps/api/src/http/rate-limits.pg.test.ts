import { createLogger } from '@weir/runtime/logger';
import { startTestRedis, type TestRedis } from '@weir/testing/redis-for-tests';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openRedis } from '../platform/open-redis.ts';
import { ApiMetrics } from './metrics.ts';
import { RateLimits } from './rate-limits.ts';

const limit = { name: 'test', requestsMax: 3, windowMs: 60_000 };
const logger = createLogger('api', 'silent');
const metrics = new ApiMetrics();
let server: TestRedis;
let redis: Redis;
let limits: RateLimits;

beforeAll(async () => {
  server = await startTestRedis();
  redis = openRedis(server.server.url, logger);
  limits = new RateLimits(redis, metrics, logger);
  await vi.waitFor(() => expect(redis.status).toBe('ready'));
});
afterAll(async () => {
  redis.disconnect();
  await server.remove();
});

const count = async (who: string) => {
  const headers = new Map<string, string>();
  const setHeader = (name: string, value: string) => headers.set(name, value);
  const refusal = await limits.count(limit, who, { setHeader }).then(
    () => null,
    (cause: unknown) => cause,
  );
  return { refusal, refused: refusal !== null, headers };
};

it('lets through as many requests as it says, and then says when to come back', async () => {
  for (const remaining of ['2', '1', '0']) {
    const { refused, headers } = await count('u-1');
    expect(refused).toBe(false);
    expect(headers.get('X-RateLimit-Remaining')).toBe(remaining);
    expect(headers.get('X-RateLimit-Limit')).toBe('3');
  }
  const { headers, refusal } = await count('u-1');
  // The answer's Retry-After is made of it (error.filter.ts).
  const retryAfterSeconds = Number(headers.get('X-RateLimit-Reset'));
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(refusal).toMatchObject({ status: 429, retryAfterSeconds });
  expect((await count('u-2')).refused).toBe(false);
});

it('begins a new window by itself, never one that has no end', async () => {
  expect(await redis.pttl('weir:rate:test:u-1')).toBeGreaterThan(0);
});

it('lets requests through uncounted while Redis is away, and shows that it does', async () => {
  await server.server.stop();
  const { refused, headers } = await count('u-1');
  expect(refused).toBe(false);
  expect(headers.size).toBe(0);
  expect(await metrics.registry.metrics()).toMatch(/weir_api_rate_limit_unavailable_total [1-9]/);
});
