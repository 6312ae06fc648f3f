import { createHmac } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SignUpInput } from '@weir/contracts/people';
import { toNodeHandler } from 'better-auth/node';
import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';
import { isLoopback } from '../http/client-address.ts';
import { accountLimit, RateLimits, sharedSignInLimit, signInLimit } from '../http/rate-limits.ts';
import { readAuthBody } from '../http/read-body.ts';
import { InvalidInput } from '../http/read-input.ts';
import { invalid, notFound } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import type { ApiSettings } from '../settings.ts';
import { PEOPLE, type People } from './people.ts';

/** The fields that the library takes as they come; its own checks follow on ours. */
const bodies: Readonly<Record<string, z.ZodType>> = {
  '/sign-up/email': SignUpInput.loose(),
  '/update-user': SignUpInput.pick({ name: true }).partial().loose(),
};

/** /auth belongs to the auth library; what is asked of every request comes before it. */
export const mountPeople = (app: NestExpressApplication, settings: ApiSettings): void => {
  const handle = toNodeHandler(app.get<People>(PEOPLE));
  const limits = app.get(RateLimits);
  const origins = trustedOrigins(settings);
  app.use('/auth', async (request: Request, response: Response, next: NextFunction) => {
    stateOf(request).operation = 'auth';
    try {
      requireSameOrigin(request, origins);
      const isAttempt = request.method === 'POST' && request.path !== '/sign-out';
      if (isAttempt) await countAddress(limits, request, response);
      await readAuthBody(request, response);
      checkInput(request);
      if (isAttempt) {
        await countFailures(limits, request, response, settings.authSecret, () => handle(request, response));
      } else await handle(request, response);
    } catch (cause) {
      next(cause);
    }
  });
};

/** Refuses what the contract does not take, and text that no store can be asked about. */
const checkInput = (request: Request): void => {
  if (/%00/.test(request.url)) throw notFound();
  const body: unknown = request.body;
  if (!isStorable(body)) throw invalid('Leave out NUL and text that is no Unicode.');
  const schema = request.method === 'POST' ? bodies[request.path.replace(/\/+$/, '')] : undefined;
  if (schema === undefined) return;
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) request.body = parsed.data;
  else {
    throw new InvalidInput(
      parsed.error.issues.map(({ message, path }) => ({
        detail: message,
        source: { pointer: `/${path.join('/')}` },
      })),
    );
  }
};

const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, field]) => isStorable(name) && isStorable(field));
};

const countAddress = async (limits: RateLimits, request: Request, response: Response): Promise<void> => {
  const address = stateOf(request).clientAddress ?? 'unknown';
  await limits.count(isLoopback(address) ? sharedSignInLimit : signInLimit, address, response);
};

const Named = z.object({ email: z.string().max(320) });

/**
 * Counts failures by account, from wherever they come. An attempt is counted before it is made, so that many
 * at once are no way around, and given back when it was no failure. Whether the account exists makes no
 * difference; its address stands in Redis only as a keyed hash.
 */
const countFailures = async (
  limits: RateLimits,
  request: Request,
  response: Response,
  secret: string,
  attempt: () => Promise<void>,
): Promise<void> => {
  const named = Named.safeParse(request.body);
  if (!named.success) return attempt();
  const email = named.data.email.trim().toLowerCase();
  const account = createHmac('sha256', secret).update(`sign-in:${email}`).digest('base64url');
  const counted = await limits.count(accountLimit, account, response);
  try {
    await attempt();
  } finally {
    if (counted && response.statusCode !== 401) await limits.giveBack(accountLimit, account);
  }
};
