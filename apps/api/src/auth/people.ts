import { sessionsMax } from '@weir/contracts/sessions';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { createAuthMiddleware } from 'better-auth/api';
import type { AccountEvents } from '../account/account-events.ts';
import { forwardedHeader } from '../http/client-address.ts';
import { requestIdHeader } from '../http/request.middleware.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import type { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { newId } from '../platform/ids.ts';
import type { SessionStore } from '../sessions/session.store.ts';
import type { ApiSettings } from '../settings.ts';
import { accountName, deviceCookie, deviceSeconds } from './device-cookie.ts';
import { hashSessionTokens } from './hashed-sessions.ts';
import type { MailStore } from './mail.store.ts';
import { hashPassword, verifyPassword } from './password.ts';

const sessionSeconds = 7 * 24 * 3600;
/** The first three work with tokens of other sessions, which stand nowhere. */
const disabledPaths = [
  '/list-sessions',
  '/revoke-session',
  '/revoke-other-sessions',
  // Its links could be used again; ours are forms of our own (own-forms.ts, adr/0002-mail-and-its-links.md).
  '/verify-email',
  '/send-verification-email',
  '/change-email',
  '/change-password',
  '/request-password-reset',
  '/reset-password',
];

const isHttps = (settings: ApiSettings): boolean => settings.publicUrl.startsWith('https:');
/** `__Host-` binds a cookie to this very host; browsers take it only over https. */
const cookiePrefix = (settings: ApiSettings): string => (isHttps(settings) ? '__Host-weir' : 'weir');
export const deviceCookieName = (settings: ApiSettings): string => `${cookiePrefix(settings)}.device`;

export interface PeopleDeps {
  readonly db: ControlDb;
  readonly settings: ApiSettings;
  readonly mails: MailStore;
  readonly sessions: SessionStore;
  readonly events: AccountEvents;
  readonly ensureTenancy: EnsureTenancy;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** People's accounts and sessions, by better-auth; mounted at /auth. */
export const createPeople = (deps: PeopleDeps) => {
  const { db, ensureTenancy, logger, mails, sessions, settings } = deps;
  return betterAuth({
    baseURL: settings.publicUrl,
    basePath: '/auth',
    secret: settings.authSecret,
    database: hashSessionTokens(prismaAdapter(db, { provider: 'postgresql' })),
    disabledPaths,
    trustedOrigins: trustedOrigins(settings),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    emailVerification: {
      sendOnSignUp: true,
      // An address that has had its share gets no more; whoever signed up is not to learn of it.
      sendVerificationEmail: async ({ user }) => {
        const content = { kind: 'verify-address', params: {} } as const;
        await mails.ask({ recipient: user.email, userId: user.id, content });
      },
    },
    session: {
      expiresIn: sessionSeconds,
      additionalFields: { lastSeenAt: { type: 'date', required: false, input: false } },
    },
    // Requests are counted in one place, in Redis, before they come here.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => logger[level === 'error' ? 'error' : 'warn'](message) },
    advanced: {
      cookiePrefix: cookiePrefix(settings),
      useSecureCookies: false,
      // Where a request comes from is checked before it comes here, by one rule for the whole API; the library's
      // own would also turn away programs that are no browsers. Addresses to return to are still checked.
      disableCSRFCheck: true,
      disableOriginCheck: false,
      defaultCookieAttributes: cookieAttributesOf(settings),
      database: { generateId: ({ model }) => (model === 'user' ? newId('u') : crypto.randomUUID()) },
    },
    hooks: {
      after: createAuthMiddleware(async (ctx) => {
        const created = ctx.context.newSession;
        if (created) await whenSignedIn(deps, created, ctx.headers ?? new Headers(), ctx);
      }),
    },
    databaseHooks: {
      session: { create: { after: ({ userId }) => sessions.keepNewest(userId, sessionsMax) } },
      user: {
        create: {
          after: async (user) => {
            await ensureTenancy.run({ id: user.id, name: user.name });
          },
        },
      },
    },
  });
};

/** What a cookie has in common with all others of ours. */
const cookieAttributesOf = (settings: ApiSettings) =>
  ({ secure: isHttps(settings), sameSite: 'lax', httpOnly: true, path: '/' }) as const;

interface Created {
  readonly session: { readonly id: string };
  readonly user: { readonly id: string; readonly email: string };
}

interface CookieSink {
  setCookie(
    name: string,
    value: string,
    options: ReturnType<typeof cookieAttributesOf> & { readonly maxAge: number },
  ): unknown;
}

const whenSignedIn = async (
  { clock, db, events, settings }: PeopleDeps,
  { session, user }: Created,
  headers: Headers,
  cookies: CookieSink,
): Promise<void> => {
  // Who has signed in here is known here, whatever others do with his address from elsewhere.
  const value = deviceCookie(accountName(user.email, settings.authSecret), settings.authSecret, clock.now());
  cookies.setCookie(deviceCookieName(settings), value, {
    ...cookieAttributesOf(settings),
    maxAge: deviceSeconds,
  });
  const origin = {
    requestId: headers.get(requestIdHeader) ?? '',
    sourceIp: headers.get(forwardedHeader),
    via: 'session' as const,
  };
  const entry = { action: 'session.create', resource: { kind: 'Session', id: session.id } };
  await db.$transaction((tx) => events.record(tx, user.id, origin, entry));
};

export type People = ReturnType<typeof createPeople>;
export const PEOPLE = Symbol('PEOPLE');
