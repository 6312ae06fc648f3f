import { sessionsMax } from '@weir/contracts/sessions';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { isAPIError } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { trustedOrigins } from '../http/trusted-origins.ts';
import { newId } from '../platform/ids.ts';
import type { ApiSettings } from '../settings.ts';
import { cookieAttributesOf, cookiePrefix } from './auth-cookies.ts';
import { hashSessionTokens } from './hashed-sessions.ts';
import { originOf } from './origin.ts';
import { passkeyPlugin } from './passkey-plugin.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { PeopleDeps } from './people-deps.ts';
import { peopleHooks } from './people-hooks.ts';
import { makeRecoveryCodes, recoveryCodeStore } from './recovery-codes.ts';
import { disabledSecondFactorPaths } from './second-factor.ts';
import { ssoPlugin } from './sso-plugin.ts';

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
  ...disabledSecondFactorPaths,
];

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
    appName: 'Weir',
    // Where a token stands in here, it stands as a hash.
    verification: { storeIdentifier: 'hashed' },
    plugins: [secondFactor(settings), passkeyPlugin(deps.passkeys), ssoPlugin({ ...deps.sso, logger })],
    session: {
      expiresIn: sessionSeconds,
      additionalFields: {
        lastSeenAt: { type: 'date', required: false, input: false },
        organizationId: { type: 'string', required: false, input: false },
        method: { type: 'string', required: false, input: false },
        ssoOrganizationId: { type: 'string', required: false, input: false },
      },
    },
    // Requests are counted in one place, in Redis, before they come here.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => logger[level === 'error' ? 'error' : 'warn'](message) },
    // A refusal is an answer and no failure; it is in the log of requests with its status.
    onAPIError: {
      onError: (cause) => {
        if (!isAPIError(cause) || cause.statusCode >= 500) logger.error({ err: cause }, 'auth failed');
      },
    },
    advanced: advanced(settings),
    hooks: peopleHooks(deps),
    databaseHooks: {
      session: { create: { after: ({ id, userId }) => sessions.keepNewest(userId, id, sessionsMax) } },
      user: {
        create: {
          after: async ({ id, name }, ctx) => {
            await ensureTenancy.run({ id, name }, originOf(ctx ?? {}));
          },
        },
      },
    },
  });
};

const secondFactor = (settings: ApiSettings) =>
  twoFactor({
    issuer: 'Weir',
    // Counted here (second-factor.ts), so that who has found a password cannot lock its owner out.
    accountLockout: { enabled: false },
    backupCodeOptions: {
      customBackupCodesGenerate: makeRecoveryCodes,
      storeBackupCodes: recoveryCodeStore(settings.authSecret),
    },
  });

const advanced = (settings: ApiSettings) => ({
  cookiePrefix: cookiePrefix(settings),
  useSecureCookies: false,
  // Where a request comes from is checked before it comes here, by one rule for the whole API; the library's
  // own would also turn away programs that are no browsers. Addresses to return to are still checked.
  disableCSRFCheck: true,
  disableOriginCheck: false,
  defaultCookieAttributes: cookieAttributesOf(settings),
  database: {
    generateId: ({ model }: { readonly model: string }) =>
      model === 'user' ? newId('u') : crypto.randomUUID(),
  },
});

export type People = ReturnType<typeof createPeople>;
export const PEOPLE = Symbol('PEOPLE');
