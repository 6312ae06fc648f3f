import { availableParallelism } from 'node:os';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { PasswordInput, SignUpInput } from '@weir/contracts/people';
import type { Clock } from '@weir/runtime/clock';
import { FairTurns } from '@weir/runtime/fair-turns';
import { toNodeHandler } from 'better-auth/node';
import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';
import { CheckPassword } from '../account/check-password.ts';
import { clientNetwork } from '../http/client-address.ts';
import { RateLimits, signUpLimit } from '../http/rate-limits.ts';
import { readAuthBody } from '../http/read-body.ts';
import { InvalidInput } from '../http/read-input.ts';
import { conflict, invalid, notFound, tooMany } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import { CLOCK } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { answerTaken } from './answer-taken.ts';
import { deviceCookieName } from './auth-cookies.ts';
import { MailStore } from './mail.store.ts';
import { ownForms, whoIsSignedIn } from './own-forms.ts';
import { passkeyOptionsPath } from './passkey-plugin.ts';
import { PEOPLE, type People } from './people.ts';
import { PersonStore } from './person.store.ts';
import { attemptSignIn, countAddress, countNetwork } from './sign-in-attempts.ts';
import { ssoLinkPath } from './sso-plugin.ts';

const signUpPath = '/sign-up/email';
const ssoBeginPath = '/sso/begin';
const providerPaths = [ssoBeginPath, '/sso/finish'];

/** Attempts at a time: half of the processors, so that a flood of passwords leaves the other half to everybody else. */
const attemptTurns = {
  atWorkMax: Math.max(1, Math.floor(availableParallelism() / 2)),
  atWorkPerKeyMax: 1,
  waitingPerKeyMax: 64,
};

/** Of sign-ins that wait for somebody's identity provider, and not for a processor. */
const providerTurns = { atWorkMax: 128, atWorkPerKeyMax: 8, waitingPerKeyMax: 64 };

/** Of the library, and only for who gives the password once more. Whatever else stands in the form is dropped. */
const passwordPaths = [
  '/two-factor/enable',
  passkeyOptionsPath,
  ssoLinkPath,
  '/two-factor/disable',
  '/two-factor/generate-backup-codes',
];
/** By these a person gets another way in. */
const confirmedPaths = passwordPaths.slice(0, 3);

/** The fields that the library takes as they come; its own checks follow on ours. */
const bodies: Readonly<Record<string, z.ZodType>> = {
  [signUpPath]: SignUpInput.loose(),
  ...Object.fromEntries(passwordPaths.map((path) => [path, PasswordInput])),
  '/update-user': SignUpInput.pick({ name: true }).partial().loose(),
};

/** /auth belongs to the auth library; what is asked of every request comes before it. */
export const mountPeople = (app: NestExpressApplication, settings: ApiSettings): void => {
  const handle = toNodeHandler(app.get<People>(PEOPLE));
  const limits = app.get(RateLimits);
  const clock = app.get<Clock>(CLOCK);
  const [mails, persons] = [app.get(MailStore), app.get(PersonStore)];
  const origins = trustedOrigins(settings);
  const { authSecret: secret } = settings;
  const [own, cookieName] = [ownForms(app, settings), deviceCookieName(settings)];
  const checkPassword = app.get(CheckPassword);
  const [inTurn, atProvider] = [fairAttempts(attemptTurns), fairAttempts(providerTurns)];

  const askForPassword = async (request: Request): Promise<void> => {
    const { isVerified, userId } = await whoIsSignedIn(app.get<People>(PEOPLE), request, clock.now());
    // Or somebody could sign up with another's address and keep her out of it for good.
    if (!isVerified && confirmedPaths.includes(pathOf(request))) {
      throw conflict(
        'address_not_confirmed',
        'Confirm your e-mail address first: open the link mailed to you.',
      );
    }
    await checkPassword.run(userId, PasswordInput.parse(request.body).password, '/password');
  };

  /** Counted by account where an account is named, and always by address. */
  const attempt = async (request: Request, response: Response): Promise<void> => {
    const pass = () => handle(request, response);
    const ownForm = own[pathOf(request)];
    if (ownForm !== undefined) return ownForm.run(request, response);
    if (pathOf(request) === signUpPath) {
      await countNetwork(limits, signUpLimit, request, response);
      const input = SignUpInput.parse(request.body);
      if (!(await persons.isTaken(input.email))) return pass();
      return answerTaken({ mails, nowMs: clock.now() }, input, response);
    }
    if (passwordPaths.includes(pathOf(request))) {
      await askForPassword(request);
      return pass();
    }
    const named = namedIn(request);
    if (!named.success) return pass();
    const { email } = named.data;
    return attemptSignIn({ limits, secret, email, cookieName, nowMs: clock.now() }, request, response, pass);
  };

  app.use('/auth', async (request: Request, response: Response, next: NextFunction) => {
    stateOf(request).operation = 'auth';
    try {
      requireSameOrigin(request, origins);
      const isAttempt = request.method === 'POST' && pathOf(request) !== '/sign-out';
      if (isAttempt) await countAddress(limits, request, response);
      await readAuthBody(request, response);
      checkInput(request, own[pathOf(request)]?.schema);
      const turns = providerPaths.includes(pathOf(request)) ? atProvider : inTurn;
      if (isAttempt) await turns(request, () => attempt(request, response));
      else await handle(request, response);
    } catch (cause) {
      next(cause);
    }
  });
};

/** Addresses one after the other, since a password takes a processor for a while. Refuses those with many waiting. */
const fairAttempts = (bounds: typeof attemptTurns) => {
  const turns = new FairTurns(bounds);
  return (request: Request, work: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const address = clientNetwork(stateOf(request).clientAddress ?? 'unknown');
      const leave = turns.take(address, () => {
        work()
          .then(resolve, reject)
          .finally(() => leave?.());
      });
      if (leave !== null) return;
      reject(tooMany('Too many attempts at once from your address. Wait for an answer, then try again.'));
    });
};

/** Behind /auth, as the library reads it. */
const pathOf = (request: Request): string => request.path.replace(/\/+$/, '');

const Named = z.object({ email: z.string().max(320) });

/** The account that a form is about. No account is named where only the domain counts. */
const namedIn = (request: Request) => Named.safeParse(pathOf(request) === ssoBeginPath ? null : request.body);

/** Refuses what the contract does not take, and text that no store can be asked about. */
const checkInput = (request: Request, own: z.ZodType | undefined): void => {
  if (/%00/.test(request.url)) throw notFound();
  const body: unknown = request.body;
  if (!isStorable(body)) throw invalid('Leave out NUL and text that is no Unicode.');
  const schema = request.method === 'POST' ? (own ?? bodies[pathOf(request)]) : undefined;
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
