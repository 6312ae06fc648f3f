import { createHash, randomBytes } from 'node:crypto';
import { ssoSessionHours } from '@weir/contracts/single-sign-on';
import { SsoBeginInput, SsoFinishInput, type SsoFinishReply } from '@weir/contracts/sso-sign-in';
import type { Logger } from '@weir/runtime/logger';
import { APIError, createAuthEndpoint, getSessionFromCtx, sessionMiddleware } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';
import { Refused } from '../http/refused.ts';
import type { BeginSso, BegunSignIn } from '../sso/begin-sso.ts';
import type { FinishSso } from '../sso/finish-sso.ts';
import type { SignInProof } from '../sso/identity-provider.ts';
import { SsoProblem } from '../sso/sso-problem.ts';
import { originOf } from './origin.ts';

export interface SsoRooms {
  readonly begin: BeginSso;
  readonly finish: FinishSso;
  readonly logger: Logger;
}

export const ssoLinkPath = '/sso/link';

/** How long a person has it at the provider. */
const pendingMs = 10 * 60_000;
const browserCookie = 'sso';
const randomBytesLength = 32;

const Pending = z.object({
  organizationId: z.string(),
  browser: z.string(),
  link: z.object({ userId: z.string(), sessionId: z.string() }).nullable(),
});
type Pending = z.infer<typeof Pending>;

/** Single sign-on as paths of the auth library, since only there sessions are made. */
export const ssoPlugin = (rooms: SsoRooms) => ({
  id: 'weir-sso',
  endpoints: { ssoBegin: begin(rooms), ssoLink: link(rooms), ssoFinish: finish(rooms) },
});

type Ctx = Parameters<typeof setSessionCookie>[0];

/**
 * The browser keeps a secret in a cookie, from which nonce and PKCE verifier follow; the store keeps its hash, under the
 * hash of the state. So a sign-in ends in the browser in which it began, once, and who reads the store can finish none.
 */
const proofOf = (browser: string, state: string): SignInProof => ({
  state,
  nonce: digest('nonce', browser),
  codeVerifier: digest('code verifier', browser),
});

const digest = (what: string, browser: string): string =>
  createHash('sha256').update(`weir sso ${what} ${browser}`).digest('base64url');

const pendingOf = (state: string): string => `sso-${state}`;

const begin = (rooms: SsoRooms) =>
  createAuthEndpoint('/sso/begin', { method: 'POST', body: SsoBeginInput }, async (ctx) => {
    const { email } = ctx.body;
    return ctx.json(await remember(ctx, rooms, null, (proof) => rooms.begin.byAddress(email, proof)));
  });

/** Mounted behind a check of the password (mount-people.ts). */
const link = (rooms: SsoRooms) =>
  createAuthEndpoint(ssoLinkPath, { method: 'POST', use: [sessionMiddleware] }, async (ctx) => {
    const { session, user } = ctx.context.session;
    if (textOf(session.ssoOrganizationId) !== null) {
      throw new APIError('CONFLICT', { code: 'already_linked', message: 'You came in by it already.' });
    }
    const { email, id } = user;
    const person = { id, email, organizationId: textOf(session.organizationId) };
    const whose = { userId: id, sessionId: session.id };
    return ctx.json(await remember(ctx, rooms, whose, (proof) => rooms.begin.forPerson(person, proof)));
  });

const finish = (rooms: SsoRooms) =>
  createAuthEndpoint('/sso/finish', { method: 'POST', body: SsoFinishInput }, async (ctx) => {
    const parameters = new URLSearchParams(ctx.body.callback);
    const { pending, proof } = await recall(ctx, rooms, parameters.get('state'));
    const { link: whose, organizationId } = pending;
    if (whose !== null) await requireStillThere(ctx, rooms, whose);
    const linkUserId = whose?.userId ?? null;
    const origin = originOf(ctx);
    const asked = { organizationId, linkUserId, proof, parameters };
    const done = await asLibrary(rooms, rooms.finish.run(asked, origin));
    const outcome = whose === null ? 'SIGNED_IN' : 'LINKED';
    const reply: SsoFinishReply = { outcome, lacks_groups: done.lacksGroups };
    if (whose !== null) return ctx.json(reply);
    const user = await ctx.context.internalAdapter.findUserById(done.userId);
    if (!user) throw asApiError(rooms, new SsoProblem('sso_signed_out'));
    const bound = { organizationId, ssoOrganizationId: organizationId, method: 'sso' };
    const session = await ctx.context.internalAdapter.createSession(user.id, false, bound);
    await setSessionCookie(ctx, { session, user });
    await rooms.finish.record(organizationId, user.id, session.id, origin);
    return ctx.json(reply);
  });

const remember = async (
  ctx: Ctx,
  rooms: SsoRooms,
  link: Pending['link'],
  ask: (proof: SignInProof) => Promise<BegunSignIn | null>,
): Promise<{ readonly url: string | null }> => {
  const [browser, state] = [random(), random()];
  const begun = await asLibrary(rooms, ask(proofOf(browser, state)));
  if (begun === null) return { url: null };
  const cookie = ctx.context.createAuthCookie(browserCookie, { maxAge: pendingMs / 1000 });
  await ctx.setSignedCookie(cookie.name, browser, ctx.context.secret, cookie.attributes);
  const pending: Pending = {
    organizationId: begun.organizationId,
    browser: digest('browser', browser),
    link,
  };
  await ctx.context.internalAdapter.createVerificationValue({
    identifier: pendingOf(state),
    value: JSON.stringify(pending),
    expiresAt: new Date(Date.now() + pendingMs),
  });
  return { url: begun.url };
};

/** Uses it up, whatever becomes of it. */
const recall = async (ctx: Ctx, rooms: SsoRooms, state: string | null) => {
  const { name } = ctx.context.createAuthCookie(browserCookie);
  const browser = await ctx.getSignedCookie(name, ctx.context.secret);
  const found =
    browser && state ? await ctx.context.internalAdapter.consumeVerificationValue(pendingOf(state)) : null;
  const pending = found ? Pending.parse(JSON.parse(found.value)) : null;
  if (!browser || !state || pending?.browser !== digest('browser', browser)) {
    throw asApiError(rooms, new SsoProblem('sso_state_unknown'));
  }
  return { pending, proof: proofOf(browser, state) };
};

/** Who gave the password a moment ago, in the session in which she gave it. */
const requireStillThere = async (ctx: Ctx, rooms: SsoRooms, whose: NonNullable<Pending['link']>) => {
  const found = await getSessionFromCtx(ctx);
  if (found?.session.id === whose.sessionId && found.user.id === whose.userId) return;
  throw asApiError(rooms, new SsoProblem('sso_signed_out'));
};

/** Whether a session of single sign-on has had its time, which nothing makes longer. */
export const isSsoSessionOver = (
  session: { readonly createdAt: Date; readonly ssoOrganizationId?: string | null | undefined },
  nowMs: number,
): boolean =>
  session.ssoOrganizationId != null && nowMs - session.createdAt.getTime() > ssoSessionHours * 3_600_000;

const random = (): string => randomBytes(randomBytesLength).toString('base64url');

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Our refusals as the library's, which knows no others. */
const asLibrary = async <Value>(rooms: SsoRooms, work: Promise<Value>): Promise<Value> => {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof SsoProblem) throw asApiError(rooms, cause);
    if (!(cause instanceof Refused)) throw cause;
    throw new APIError('CONFLICT', { message: cause.message, code: cause.code });
  }
};

const asApiError = ({ logger }: SsoRooms, problem: SsoProblem): APIError => {
  // Its cause names errors, and nothing of what was sent or answered (sso/problem-of.ts).
  logger.warn({ code: problem.code, err: problem.cause }, 'a single sign-on came to nothing');
  return new APIError('BAD_REQUEST', { message: problem.message, code: problem.code });
};
