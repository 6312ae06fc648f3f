import type { ControlDb } from '@weir/db/control';
import type { Logger } from '@weir/runtime/logger';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { trustedOrigins } from '../http/trusted-origins.ts';
import type { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { newId } from '../platform/ids.ts';
import type { ApiSettings } from '../settings.ts';
import type { MailStore } from './mail.store.ts';
import { hashPassword, verifyPassword } from './password.ts';

const sessionSeconds = 7 * 24 * 3600;

/** People's accounts and sessions, by better-auth; mounted at /auth. */
export const createPeople = (
  db: ControlDb,
  settings: ApiSettings,
  mails: MailStore,
  ensureTenancy: EnsureTenancy,
  logger: Logger,
) => {
  const https = settings.publicUrl.startsWith('https:');
  return betterAuth({
    baseURL: settings.publicUrl,
    basePath: '/auth',
    secret: settings.authSecret,
    database: prismaAdapter(db, { provider: 'postgresql' }),
    trustedOrigins: trustedOrigins(settings),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: ({ user, url }) =>
        mails.add({
          recipient: user.email,
          subject: 'Confirm your e-mail address',
          text: `Hello ${user.name},\n\nopen this address to confirm that this mailbox is yours:\n${url}\n`,
        }),
    },
    session: { expiresIn: sessionSeconds },
    // Requests are counted in one place, in Redis, before they come here.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => logger[level === 'error' ? 'error' : 'warn'](message) },
    advanced: {
      // `__Host-` binds the cookie to this very host; browsers take it only over https.
      cookiePrefix: https ? '__Host-weir' : 'weir',
      useSecureCookies: false,
      // Where a request comes from is checked before it comes here, by one rule for the whole API; the library's
      // own would also turn away programs that are no browsers. Addresses to return to are still checked.
      disableCSRFCheck: true,
      disableOriginCheck: false,
      defaultCookieAttributes: { secure: https, sameSite: 'lax', httpOnly: true, path: '/' },
      database: { generateId: ({ model }) => (model === 'user' ? newId('u') : crypto.randomUUID()) },
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
