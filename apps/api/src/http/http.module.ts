import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Logger } from '@weir/runtime/logger';
import type { Redis } from 'ioredis';
import { LOGGER, REDIS } from '../platform/tokens.ts';
import { DryRunReplies } from './dry-run-replies.interceptor.ts';
import { IdempotencyStore } from './idempotency.store.ts';
import { ApiMetrics } from './metrics.ts';
import { RateLimits } from './rate-limits.ts';
import { BodyReader } from './read-body.ts';

/** What every room's HTTP side shares. */
@Module({
  providers: [
    ApiMetrics,
    BodyReader,
    IdempotencyStore,
    { provide: APP_INTERCEPTOR, useClass: DryRunReplies },
    {
      provide: RateLimits,
      inject: [REDIS, ApiMetrics, LOGGER],
      useFactory: (redis: Redis, metrics: ApiMetrics, logger: Logger) =>
        new RateLimits(redis, metrics, logger),
    },
  ],
  exports: [ApiMetrics, BodyReader, IdempotencyStore, RateLimits],
})
export class HttpModule {}
