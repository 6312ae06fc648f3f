import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { createAuthMiddleware } from 'better-auth/api';
import { trustedOrigins } from '../http/trusted-origins.ts';
import type { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { newId } from '../platform/ids.ts';
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

/** People's accounts and sessions, by better-auth; mounted at /auth. */
export const createPeople = (
  db: ControlDb,
  settings: ApiSettings,
  mails: MailStore,
  ensureTenancy: EnsureTenancy,
  clock: Clock,
  logger: Logger,
) => {
  const https = isHttps(settings);
  const cookieAttributes = { secure: https, sameSite: 'lax', httpOnly: true, path: '/' } as const;
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
    session: { expiresIn: sessionSeconds },
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
      defaultCookieAttributes: cookieAttributes,
      database: { generateId: ({ model }) => (model === 'user' ? newId('u') : crypto.randomUUID()) },
    },
    hooks: {
      // Who has signed in here is known here, whatever others do with his address from elsewhere.
      after: createAuthMiddleware(async (ctx) => {
        const email = ctx.context.newSession?.user.email;
        if (email === undefined) return;
        const account = accountName(email, settings.authSecret);
        const value = deviceCookie(account, settings.authSecret, clock.now());
        ctx.setCookie(deviceCookieName(settings), value, { ...cookieAttributes, maxAge: deviceSeconds });
      }),
    },
    databaseHooks: {
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

export type People = ReturnType<typeof createPeople>;
export const PEOPLE = Symbol('PEOPLE');
