import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { toNodeHandler } from 'better-auth/node';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { apiModule } from './api.module.ts';
import { PEOPLE, type People } from './auth/people.ts';
import { ApiMetrics } from './http/metrics.ts';
import { RateLimits, signInLimit } from './http/rate-limits.ts';
import { requestMiddleware } from './http/request.middleware.ts';
import { stateOf } from './http/request-state.ts';
import { requireSameOrigin } from './http/same-origin.ts';
import { trustedOrigins } from './http/trusted-origins.ts';
import type { Platform } from './platform/tokens.ts';

export interface RunningApi {
  /** Where it listens. */
  readonly url: string;
  /** Lets requests under way finish. What the platform holds stays open. */
  close(): Promise<void>;
}

const bodyBytesMax = 2 * 1024 * 1024;

/** Builds the API on a platform and listens. Rejects when the port is taken. */
export const startApi = async (platform: Platform): Promise<RunningApi> => {
  const app = await NestFactory.create<NestExpressApplication>(apiModule(platform), new ExpressAdapter(), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  const { settings, logger } = platform;
  app.set('x-powered-by', false);
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');

  app.use(requestMiddleware(logger, app.get(ApiMetrics)));
  const https = settings.publicUrl.startsWith('https:');
  const contentSecurityPolicy = https ? true : { directives: { upgradeInsecureRequests: null } };
  app.use(helmet({ contentSecurityPolicy, strictTransportSecurity: https }));
  app.enableCors({
    origin: trustedOrigins(settings),
    credentials: true,
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'X-RateLimit-Remaining'],
    maxAge: 600,
  });
  mountPeople(app, app.get<People>(PEOPLE), app.get(RateLimits), trustedOrigins(settings));
  app.use(express.json({ limit: bodyBytesMax, strict: false }));

  await app.listen(settings.port, settings.host);
  return { url: await app.getUrl(), close: () => app.close() };
};

/** /auth belongs to the auth library, which reads bodies itself and so comes before the parser. */
const mountPeople = (
  app: NestExpressApplication,
  people: People,
  limits: RateLimits,
  origins: readonly string[],
): void => {
  const handle = toNodeHandler(people);
  app.use('/auth', async (request: Request, response: Response, next: NextFunction) => {
    stateOf(request).operation = 'auth';
    try {
      requireSameOrigin(request, origins);
      if (request.method === 'POST') await limits.count(signInLimit, request.ip ?? 'unknown', response);
      await handle(request, response);
    } catch (cause) {
      next(cause);
    }
  });
};
