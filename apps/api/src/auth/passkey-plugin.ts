import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { PasskeySignInInput, RegisterPasskeyInput } from '@weir/contracts/passkeys';
import { APIError, createAuthEndpoint, sessionMiddleware } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { Refused } from '../http/refused.ts';
import type { CheckPasskey } from '../passkeys/check-passkey.ts';
import type { RegisterPasskey } from '../passkeys/register-passkey.ts';
import { originOf } from './origin.ts';

export interface PasskeyRooms {
  readonly register: RegisterPasskey;
  readonly check: CheckPasskey;
}

export const passkeyOptionsPath = '/passkey/register-options';
export const passkeySignInPath = '/passkey/sign-in';

/** How long a person has it in her hands. */
const challengeMs = 5 * 60_000;
const challengeCookie = 'passkey';

/**
 * Passkeys as paths of the auth library, since only there sessions are made. The library's own plugin is not used: it
 * takes a passkey whose device did not ask who is there, which would be less than a password and a second factor, it
 * adds one without the password, and it is bound to other versions than the library itself.
 */
export const passkeyPlugin = (rooms: PasskeyRooms) => ({
  id: 'weir-passkey',
  endpoints: {
    passkeyRegisterOptions: registerOptions(rooms),
    passkeyRegister: register(rooms),
    passkeySignInOptions: signInOptions(rooms),
    passkeySignIn: signIn(rooms),
  },
});

/** Mounted behind a check of the password (mount-people.ts). */
const registerOptions = ({ register: room }: PasskeyRooms) =>
  createAuthEndpoint(passkeyOptionsPath, { method: 'POST', use: [sessionMiddleware] }, async (ctx) => {
    const { session, user } = ctx.context.session;
    const options = await asLibrary(room.begin(user));
    // One at a time, bound to the session that gave its password.
    await ctx.context.internalAdapter.deleteVerificationByIdentifier(registrationOf(session.id));
    await ctx.context.internalAdapter.createVerificationValue({
      identifier: registrationOf(session.id),
      value: options.challenge,
      expiresAt: new Date(Date.now() + challengeMs),
    });
    return ctx.json(options);
  });

const register = ({ register: room }: PasskeyRooms) =>
  createAuthEndpoint(
    '/passkey/register',
    { method: 'POST', use: [sessionMiddleware], body: RegisterPasskeyInput },
    async (ctx) => {
      const { session, user } = ctx.context.session;
      const found = await ctx.context.internalAdapter.consumeVerificationValue(registrationOf(session.id));
      if (!found) throw notBegun();
      // The library that verifies it reads it field by field and throws at what is not there.
      const response = ctx.body.response as unknown as RegistrationResponseJSON;
      const { name } = ctx.body;
      await asLibrary(room.finish(user.id, found.value, { name, response }, originOf(ctx)));
      return ctx.json({ status: true });
    },
  );

const registrationOf = (sessionId: string): string => `passkey-register-${sessionId}`;

const signInOptions = ({ check }: PasskeyRooms) =>
  createAuthEndpoint('/passkey/sign-in-options', { method: 'POST' }, async (ctx) => {
    const options = await check.begin();
    const id = crypto.randomUUID();
    const { attributes, name } = ctx.context.createAuthCookie(challengeCookie, {
      maxAge: challengeMs / 1000,
    });
    await ctx.setSignedCookie(name, id, ctx.context.secret, attributes);
    await ctx.context.internalAdapter.createVerificationValue({
      identifier: signInOf(id),
      value: options.challenge,
      expiresAt: new Date(Date.now() + challengeMs),
    });
    return ctx.json(options);
  });

const signIn = ({ check }: PasskeyRooms) =>
  createAuthEndpoint(passkeySignInPath, { method: 'POST', body: PasskeySignInInput }, async (ctx) => {
    const { name } = ctx.context.createAuthCookie(challengeCookie);
    const id = await ctx.getSignedCookie(name, ctx.context.secret);
    const found = id ? await ctx.context.internalAdapter.consumeVerificationValue(signInOf(id)) : null;
    if (!found) throw notBegun();
    // As above: read strictly by the library that verifies it.
    const response = ctx.body.response as unknown as AuthenticationResponseJSON;
    const passed = await check.finish(found.value, response);
    const user = passed && (await ctx.context.internalAdapter.findUserById(passed.userId));
    if (!user) throw new APIError('UNAUTHORIZED', { message: wrongKey, code: 'INVALID_PASSKEY' });
    const session = await ctx.context.internalAdapter.createSession(user.id);
    await setSessionCookie(ctx, { session, user });
    const { email, emailVerified, twoFactorEnabled } = { twoFactorEnabled: false, ...user };
    return ctx.json({
      token: session.token,
      user: { id: user.id, name: user.name, email, emailVerified, twoFactorEnabled },
    });
  });

const signInOf = (id: string): string => `passkey-sign-in-${id}`;

const wrongKey = 'This passkey signs nobody in. Use another one, or your password.';

const notBegun = () =>
  new APIError('BAD_REQUEST', {
    message: 'That took too long, or was used already. Try again.',
    code: 'CHALLENGE_NOT_FOUND',
  });

/** Our refusals as the library's, which knows no others. */
const asLibrary = async <Value>(work: Promise<Value>): Promise<Value> => {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    throw new APIError(cause.status === 409 ? 'CONFLICT' : 'BAD_REQUEST', {
      message: cause.message,
      code: cause.code,
    });
  }
};
