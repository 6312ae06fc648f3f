import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { type Cells, localCellId } from '@weir/provisioning/cells';
import type { Response } from 'express';
import type { Redis } from 'ioredis';
import { ApiMetrics } from '../http/metrics.ts';
import { CELLS, CONTROL_DB, REDIS } from '../platform/tokens.ts';

const checkMsMax = 2_000;

/** For whoever runs this process: is it alive, can it serve, what are its figures. */
@Controller()
export class HealthController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CELLS) private readonly cells: Cells,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(ApiMetrics) private readonly metrics: ApiMetrics,
  ) {}

  @Get('/healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready without Redis: nothing but counting requests needs it. */
  @Get('/readyz')
  async ready(@Res() response: Response): Promise<void> {
    const [control, cell, redis] = await Promise.all([
      answers(this.db.$queryRaw`SELECT 1`),
      answers(this.cells.store(localCellId).findCluster('-')),
      answers(this.redis.ping()),
    ]);
    const ready = control && cell;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', control, cell, redis });
  }

  @Get('/metrics')
  async figures(@Res() response: Response): Promise<void> {
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}

const answers = async (check: Promise<unknown>): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), checkMsMax);
  try {
    // The reason of a failure stands in the log of whatever needed the part; here only whether it answers.
    return await Promise.race([check.then(() => true).catch(() => false), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
