import './provided.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { type RedisServer, startRedisServer } from '@weir/local-servers/redis-server';
import type { TestProject } from 'vitest/node';

/** A Redis of the test's own, which it may stop; `remove` ends it and deletes its files. */
export interface TestRedis {
  readonly server: RedisServer;
  remove(): Promise<void>;
}

export async function startTestRedis(): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-test-redis-'));
  const logFile = join(directory, 'redis.log');
  const server = await startRedisServer({ directory, port: await findFreePort(), logFile });
  const remove = async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { server, remove };
}

/**
 * Vitest global set-up: one real Redis for the whole run, that of REDIS_URL or one of our own. Test files
 * share it, so each keeps to a key prefix of its own.
 */
export default async function setUpRedis(project: TestProject): Promise<() => Promise<void>> {
  const existing = process.env.REDIS_URL;
  if (existing !== undefined && existing !== '') {
    project.provide('redisUrl', existing);
    return async () => undefined;
  }
  const redis = await startTestRedis();
  project.provide('redisUrl', redis.server.url);
  return () => redis.remove();
}
