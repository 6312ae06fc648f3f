import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { ConnectionGate } from '@weir/runtime/connection-gate';
import helmet from 'helmet';
import { apiModule } from './api.module.ts';
import { mountPeople } from './auth/mount-people.ts';
import { ApiMetrics } from './http/metrics.ts';
import { requestMiddleware } from './http/request.middleware.ts';
import { requestTurns } from './http/request-turns.ts';
import { trustedOrigins } from './http/trusted-origins.ts';
import type { Platform } from './platform/tokens.ts';

export interface RunningApi {
  /** Where it listens. */
  readonly url: string;
  /** Lets requests under way finish. What the platform holds stays open. */
  close(): Promise<void>;
}

/** A request must be whole after this time, its head sooner; milliseconds. */
const requestMsMax = 30_000;
const headMsMax = 10_000;
/** Without a byte in either direction, as of who does not read his answer. */
const idleMsMax = 60_000;

/** Builds the API on a platform and listens. Rejects when the port is taken. */
export const startApi = async (platform: Platform): Promise<RunningApi> => {
  const app = await NestFactory.create<NestExpressApplication>(apiModule(platform), new ExpressAdapter(), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const { settings, logger } = platform;
  app.set('x-powered-by', false);
  app.set('query parser', 'simple');

  app.use(requestMiddleware(logger, app.get(ApiMetrics), settings.proxySecret));
  const gate = new ConnectionGate();
  app.use(requestTurns(gate));
  const https = settings.publicUrl.startsWith('https:');
  const contentSecurityPolicy = https ? true : { directives: { upgradeInsecureRequests: null } };
  app.use(helmet({ contentSecurityPolicy, strictTransportSecurity: https }));
  app.enableCors({
    origin: trustedOrigins(settings),
    credentials: true,
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'X-RateLimit-Remaining'],
    maxAge: 600,
  });
  mountPeople(app, settings);

  await app.init();
  gate.guard(app.getHttpServer());
  await app.listen(settings.port, settings.host);
  app.getHttpServer().requestTimeout = requestMsMax;
  app.getHttpServer().headersTimeout = headMsMax;
  app.getHttpServer().setTimeout(idleMsMax);
  return { url: await app.getUrl(), close: () => app.close() };
};
