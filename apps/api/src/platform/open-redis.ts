import type { Logger } from '@weir/runtime/logger';
import { Redis } from 'ioredis';

const connectMsMax = 2_000;
const commandMsMax = 500;
const reconnectMsMax = 2_000;

/** Fails fast rather than queueing while Redis is away, and comes back by itself. */
export const openRedis = (url: string, logger: Logger): Redis => {
  const redis = new Redis(url, {
    connectTimeout: connectMsMax,
    commandTimeout: commandMsMax,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(100 * attempt, reconnectMsMax),
  });
  redis.on('error', (cause) => logger.warn({ err: cause }, 'redis'));
  return redis;
};
