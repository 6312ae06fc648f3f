import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { type Cells, localCellId } from '@weir/provisioning/cells';
import type { Request, Response } from 'express';
import type { Redis } from 'ioredis';
import { isLoopback } from '../http/client-address.ts';
import { ApiMetrics } from '../http/metrics.ts';
import { notFound } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { sameSecret } from '../http/same-secret.ts';
import { CELLS, CONTROL_DB, REDIS, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

const checkMsMax = 2_000;
/** How old an answer about the stores may be: whoever asks all the time must not become their work. */
const readinessAgeMsMax = 500;

interface Readiness {
  readonly control: boolean;
  readonly cell: boolean;
  readonly redis: boolean;
}

/** For whoever runs this process: is it alive, can it serve, what are its figures. */
@Controller()
export class HealthController {
  #readiness: { readonly askedAt: number; readonly found: Promise<Readiness> } | null = null;

  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CELLS) private readonly cells: Cells,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(ApiMetrics) private readonly metrics: ApiMetrics,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get('/healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready without Redis: nothing but counting requests needs it. */
  @Get('/readyz')
  async ready(@Res() response: Response): Promise<void> {
    const { control, cell, redis } = await this.#ask();
    const ready = control && cell;
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', control, cell, redis });
  }

  /** For this machine, asked directly, and for who has the token; for everybody else there is nothing here. */
  @Get('/metrics')
  async figures(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (!this.#mayRead(request)) throw notFound();
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }

  #mayRead(request: Request): boolean {
    const { clientAddress, isForwarded } = stateOf(request);
    const { metricsToken } = this.settings;
    const token = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
    if (metricsToken !== null && token !== undefined && sameSecret(token, metricsToken)) return true;
    return !isForwarded && clientAddress !== null && isLoopback(clientAddress);
  }

  #ask(): Promise<Readiness> {
    const now = performance.now();
    if (this.#readiness === null || now - this.#readiness.askedAt > readinessAgeMsMax) {
      this.#readiness = { askedAt: now, found: this.#askStores() };
    }
    return this.#readiness.found;
  }

  async #askStores(): Promise<Readiness> {
    const [control, cell, redis] = await Promise.all([
      answers(this.db.$queryRaw`SELECT 1`),
      answers(this.cells.store(localCellId).findCluster('-')),
      answers(this.redis.ping()),
    ]);
    return { control, cell, redis };
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
