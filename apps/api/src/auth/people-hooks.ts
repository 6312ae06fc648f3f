import type { SecurityEvent } from '@weir/mail/kinds';
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import { z } from 'zod';
import { forwardedHeader } from '../http/client-address.ts';
import { Refused } from '../http/refused.ts';
import type { SessionMethod } from '../sessions/session.store.ts';
import { cookieAttributesOf, deviceCookieName } from './auth-cookies.ts';
import { accountName, deviceCookie, deviceSeconds, readDeviceCookie } from './device-cookie.ts';
import { originOf } from './origin.ts';
import { passkeySignInPath } from './passkey-plugin.ts';
import type { PeopleDeps } from './people-deps.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { codePaths, countCode, type GiveBack } from './second-factor.ts';

type Ctx = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

interface Person {
  readonly id: string;
  readonly email: string;
}

const totpPath = '/two-factor/verify-totp';
const recoveryPath = '/two-factor/verify-backup-code';
/** Where a session that is new stands for somebody who has signed in; elsewhere it replaces one that there was. */
const signInPaths = ['/sign-up/email', '/sign-in/email', passkeySignInPath, ...codePaths];
/** Those that a second factor is part of. */
const wholePaths = [passkeySignInPath, ...codePaths];
/** How long a code is right, with the steps before and after its own; RFC 6238 wants it taken once. */
const codeMs = 90_000;
/** By which codes that were given are kept apart from the same ones of another day. */
const bucketMs = 300_000;
/** The auth library's name for the cookie between the two steps of a sign-in. */
const challengeCookie = 'two_factor';

/** What one request is found to be before the library works on it, for what is done after it. */
interface Attempt {
  /** The second factor is being turned on by who is signed in. */
  readonly isEnrolling: boolean;
  readonly giveBack: GiveBack;
}

/** What is ours around the auth library's own paths: counts, notices, the audit log. */
export const peopleHooks = (deps: PeopleDeps) => {
  const attempts = new WeakMap<object, Attempt>();
  return {
    before: createAuthMiddleware(async (ctx) => {
      if (!codePaths.includes(ctx.path)) return;
      const { attempt, code } = await beforeCode(deps, ctx);
      attempts.set(ctx.context, attempt);
      return { context: { body: { code, trustDevice: false, disableSession: false } } };
    }),
    after: createAuthMiddleware(async (ctx) => {
      if (isAPIError(ctx.context.returned)) return;
      const attempt = attempts.get(ctx.context);
      await attempt?.giveBack();
      const created = ctx.context.newSession;
      const isPending = created?.user.twoFactorEnabled === true && !wholePaths.includes(ctx.path);
      if (attempt?.isEnrolling && created) await tell(deps, ctx, created.user, 'second-factor-on');
      else if (created && signInPaths.includes(ctx.path) && !isPending) await signedIn(deps, ctx, created);
      const changed = changes[ctx.path];
      const person = created?.user ?? ctx.context.session?.user;
      if (changed !== undefined && person) await tell(deps, ctx, person, changed);
    }),
  };
};

const changes: Readonly<Record<string, SecurityEvent>> = {
  '/two-factor/disable': 'second-factor-off',
  '/two-factor/generate-backup-codes': 'recovery-codes-made',
};

const Code = z.object({ code: z.string().max(100) });
const noAttempt: Attempt = { isEnrolling: false, giveBack: async () => undefined };

const beforeCode = async (deps: PeopleDeps, ctx: Ctx): Promise<{ attempt: Attempt; code: string }> => {
  const given = Code.safeParse(ctx.body);
  if (!given.success) throw new APIError('BAD_REQUEST', { message: 'Give the code.', code: 'INVALID_CODE' });
  const isRecovery = ctx.path === recoveryPath;
  const plain = given.data.code.replace(/\s/g, '');
  const code = isRecovery ? hashRecoveryCode(deps.settings.authSecret, plain) : plain;
  const session = await getSessionFromCtx(ctx);
  if (session) {
    if (isRecovery) throw new APIError('BAD_REQUEST', { message: 'You are signed in.', code: 'SIGNED_IN' });
    return { attempt: { ...noAttempt, isEnrolling: !session.user.twoFactorEnabled }, code };
  }
  const person = await challenged(deps, ctx);
  // The library says that there is no challenge.
  if (person === null) return { attempt: noAttempt, code };
  const giveBack = await counted(deps, ctx, person);
  if (!isRecovery && !(await isFirstUse(deps, ctx, person.id, plain))) {
    throw new APIError('UNAUTHORIZED', { message: 'Invalid code', code: 'INVALID_CODE' });
  }
  return { attempt: { isEnrolling: false, giveBack }, code };
};

/** Whose password was right a moment ago. */
const challenged = async (deps: PeopleDeps, ctx: Ctx): Promise<Person | null> => {
  const { name } = ctx.context.createAuthCookie(challengeCookie);
  const challenge = await ctx.getSignedCookie(name, deps.settings.authSecret);
  const found = challenge ? await ctx.context.internalAdapter.findVerificationValue(challenge) : null;
  return found ? await ctx.context.internalAdapter.findUserById(found.value) : null;
};

const counted = async (deps: PeopleDeps, ctx: Ctx, { email, id }: Person): Promise<GiveBack> => {
  const { clock, limits, settings } = deps;
  const account = accountName(email, settings.authSecret);
  const cookie = ctx.getCookie(deviceCookieName(settings)) ?? undefined;
  const device = readDeviceCookie(cookie, account, settings.authSecret, clock.now())?.nonce ?? null;
  const address = ctx.headers?.get(forwardedHeader) ?? 'unknown';
  try {
    return await countCode(limits, { userId: id, address, device });
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    throw new APIError('TOO_MANY_REQUESTS', { message: cause.message, code: cause.code });
  }
};

/** A code that somebody saw being typed opens nothing after its owner. */
const isFirstUse = async (
  { clock }: PeopleDeps,
  ctx: Ctx,
  userId: string,
  code: string,
): Promise<boolean> => {
  const now = clock.now();
  const buckets = new Set([now, now - codeMs].map((time) => Math.floor(time / bucketMs)));
  const expiresAt = new Date(now + bucketMs + codeMs);
  for (const bucket of buckets) {
    const identifier = `totp ${userId} ${bucket} ${code}`;
    const value = { identifier, value: userId, expiresAt };
    if (!(await ctx.context.internalAdapter.reserveVerificationValue(value))) return false;
  }
  return true;
};

const waysIn: Readonly<Record<string, string>> = {
  [totpPath]: 'password and code',
  [recoveryPath]: 'password and recovery code',
  [passkeySignInPath]: 'passkey',
};

const methods: Readonly<Record<string, SessionMethod>> = {
  [totpPath]: 'code',
  [recoveryPath]: 'code',
  [passkeySignInPath]: 'passkey',
};

const signedIn = async (
  deps: PeopleDeps,
  ctx: Ctx,
  { session, user }: { readonly session: { readonly id: string }; readonly user: Person },
): Promise<void> => {
  const { clock, db, events, mails, sessions, settings } = deps;
  // Who has signed in here is known here, whatever others do with his address from elsewhere.
  const value = deviceCookie(accountName(user.email, settings.authSecret), settings.authSecret, clock.now());
  const options = { ...cookieAttributesOf(settings), maxAge: deviceSeconds };
  ctx.setCookie(deviceCookieName(settings), value, options);
  const origin = originOf(ctx);
  const by = waysIn[ctx.path];
  await db.$transaction(async (tx) => {
    await sessions.noteMethod(tx, session.id, methods[ctx.path] ?? 'password');
    await events.record(tx, user.id, origin, {
      action: 'session.create',
      resource: { kind: 'Session', id: session.id },
      after: { by: by ?? 'password' },
    });
    if (ctx.path === recoveryPath) await mails.tell(tx, user, 'recovery-code-used', origin.sourceIp);
  });
};

/** The library has done it by then, in transactions of its own; so the event and the notice follow what they are about. */
const tell = async (deps: PeopleDeps, ctx: Ctx, person: Person, event: SecurityEvent): Promise<void> => {
  const origin = originOf(ctx);
  await deps.db.$transaction(async (tx) => {
    await deps.mails.tell(tx, person, event, origin.sourceIp);
    await deps.events.record(tx, person.id, origin, { action: `user.${event}` });
  });
};
