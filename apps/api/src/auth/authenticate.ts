import { Inject, Injectable } from '@nestjs/common';
import { isWellFormedKeyId } from '@weir/credentials/api-key';
import { verifyCloudSecret } from '@weir/credentials/cloud-key';
import { deriveStoredKey, findVerifier } from '@weir/credentials/scram';
import { ScramVerifiers } from '@weir/provisioning/key-intent';
import type { Clock } from '@weir/runtime/clock';
import type { Request } from 'express';
import { Access, noAccess } from '../access/access.ts';
import type { Caller } from '../http/call.ts';
import { Refused } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { OrganizationStore, type SignedInBy } from '../organizations/organization.store.ts';
import { CLOCK, SETTINGS } from '../platform/tokens.ts';
import { RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { SessionStore } from '../sessions/session.store.ts';
import type { ApiSettings } from '../settings.ts';
import { cloudServerKey } from './cloud-server-key.ts';
import { type KeptSecretRow, type KeyRow, KeyStore } from './key.store.ts';
import { PEOPLE, type People } from './people.ts';
import { isSsoSessionOver } from './sso-plugin.ts';

/** How exactly it is known when a session was last used. */
const seenEveryMs = 60_000;

/** The same of a secret of a key, which is promised to the minute. */
const usedEveryMs = 30_000;
const userAgentLengthMax = 200;

/** Finds out who calls. A key in the Authorization header comes before the session cookie. */
@Injectable()
export class Authenticate {
  readonly #serverKey: Uint8Array;
  readonly #trustedOrigins: readonly string[];

  constructor(
    @Inject(PEOPLE) private readonly people: People,
    @Inject(KeyStore) private readonly keys: KeyStore,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(EnsureTenancy) private readonly ensureTenancy: EnsureTenancy,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) settings: ApiSettings,
  ) {
    this.#serverKey = cloudServerKey(settings.authSecret);
    this.#trustedOrigins = trustedOrigins(settings);
  }

  /** Refuses with 401 or 403; `clusterKeys` tells whether a cluster's key is good enough. */
  async run(request: Request, clusterKeys: boolean): Promise<Caller> {
    const authorization = request.get('authorization');
    if (authorization !== undefined) return this.#byKey(request, authorization, clusterKeys);
    return this.#bySession(request);
  }

  async #bySession(request: Request): Promise<Caller> {
    const headers = new Headers();
    const cookie = request.get('cookie');
    if (cookie === undefined) throw unauthenticated();
    headers.set('cookie', cookie);
    const session = await this.people.api.getSession({ headers });
    if (!session) throw unauthenticated();
    requireSameOrigin(request, this.#trustedOrigins);
    const { id, name } = session.user;
    const by = {
      sessionId: session.session.id,
      method: session.session.method ?? null,
      ssoOrganizationId: session.session.ssoOrganizationId ?? null,
    };
    if (isSsoSessionOver(session.session, this.clock.now())) await this.#end(id, by.sessionId);
    await this.#see(session.session, request);
    const chosen = session.session.organizationId ?? null;
    const organizationId = await this.#organizationOf({ id, name }, chosen, by, request);
    return {
      kind: 'User',
      id,
      organizationId,
      access: await this.#accessOf(organizationId, id),
      via: 'session',
      sessionId: session.session.id,
      clusterId: null,
    };
  }

  /** Not with every request, which would make a write of every look. */
  async #see(session: { id: string; lastSeenAt?: Date | null | undefined }, request: Request): Promise<void> {
    const now = this.clock.now();
    const unlessSince = now - seenEveryMs;
    if (session.lastSeenAt && session.lastSeenAt.getTime() >= unlessSince) return;
    const { clientAddress } = stateOf(request);
    await this.sessions.see(session.id, new Date(now), new Date(unlessSince), clientAddress);
  }

  /** Refuses with 401, so that nobody is signed in whom nothing lets in any more. */
  async #end(userId: string, sessionId: string): Promise<never> {
    await this.sessions.endNow(userId, sessionId);
    throw unauthenticated();
  }

  async #organizationOf(
    person: { readonly id: string; readonly name: string },
    chosen: string | null,
    by: SignedInBy & { readonly sessionId: string },
    request: Request,
  ): Promise<string> {
    let found = await this.organizations.findMembership(person.id, chosen, by);
    // Of a single sign-on whose organization she has left, or was removed from.
    if (!found && by.ssoOrganizationId !== null) await this.#end(person.id, by.sessionId);
    if (!found) {
      if (await this.organizations.isMemberAnywhere(person.id)) throw ssoRequired();
      const { requestId, clientAddress } = stateOf(request);
      await this.ensureTenancy.run(person, { requestId, sourceIp: clientAddress });
      found = await this.organizations.findMembership(person.id, chosen, by);
    }
    if (!found) throw new Error(`no organization could be made for ${person.id}`);
    return found.organizationId;
  }

  /** Looked up with every request: a role that was taken away counts from the next one on. */
  async #accessOf(organizationId: string, principalId: string): Promise<Access> {
    return new Access(await this.roleBindings.heldBy(organizationId, principalId));
  }

  async #byKey(request: Request, authorization: string, clusterKeys: boolean): Promise<Caller> {
    const basic = readBasic(authorization);
    const key = basic && isWellFormedKeyId(basic.id) ? await this.keys.find(basic.id) : null;
    const secret =
      key && basic && isLive(key, this.clock.now()) ? await this.#openedBy(key, basic.secret) : null;
    if (!key || !secret || (key.clusterId !== null && !clusterKeys)) throw invalidKey();
    if (await this.#hasLapsed(key)) throw invalidKey();
    await this.#use(key, secret, request);
    return {
      kind: key.ownerKind,
      id: key.ownerId,
      organizationId: key.organizationId,
      access: key.clusterId === null ? await this.#accessOf(key.organizationId, key.ownerId) : noAccess,
      via: key.clusterId === null ? 'cloud-key' : 'cluster-key',
      sessionId: null,
      clusterId: key.clusterId,
    };
  }

  /** Of a person who has to come in by single sign-on and has not for long. */
  async #hasLapsed({ organizationId, ownerId, ownerKind }: KeyRow): Promise<boolean> {
    if (ownerKind !== 'User') return false;
    const lapsesAt = await this.keys.lapsesAt(organizationId, ownerId);
    return lapsesAt !== null && lapsesAt.getTime() <= this.clock.now();
  }

  /** Which of the key's secrets it is; null: none. */
  async #openedBy(key: KeyRow, secret: string): Promise<KeptSecretRow | null> {
    if (key.clusterId === null) {
      const isOpenedBy = ({ cloudVerifier }: KeptSecretRow) =>
        cloudVerifier !== null && verifyCloudSecret(key.id, secret, this.#serverKey, cloudVerifier);
      return key.secrets.find(isOpenedBy) ?? null;
    }
    const verifiers = key.secrets.map(({ scram }) => ScramVerifiers.parse(scram).sha256);
    const [first] = verifiers;
    if (first === undefined) return null;
    // They share their salt, so that one derivation tells of each.
    const storedKey = await deriveStoredKey(secret, 'SHA-256', first);
    return key.secrets[findVerifier(storedKey, verifiers)] ?? null;
  }

  /** Not with every request, as of sessions. */
  async #use(key: KeyRow, secret: KeptSecretRow, request: Request): Promise<void> {
    const now = this.clock.now();
    const unlessSince = now - usedEveryMs;
    if (secret.lastUsedAt && secret.lastUsedAt.getTime() >= unlessSince) return;
    const userAgent = request.get('user-agent')?.slice(0, userAgentLengthMax) ?? null;
    const by = { address: stateOf(request).clientAddress, userAgent };
    await this.keys.see(key.id, secret.number, new Date(now), new Date(unlessSince), by);
  }
}

const isLive = (key: KeyRow, now: number): boolean =>
  key.revokedAt === null && !key.clusterGone && (key.expiresAt === null || key.expiresAt.getTime() > now);

/** RFC 7617. Null when it is another scheme or not well formed. */
const readBasic = (authorization: string): { id: string; secret: string } | null => {
  const match = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization);
  const text = match?.[1] === undefined ? '' : Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
};

export const unauthenticated = () =>
  new Refused({
    status: 401,
    code: 'unauthorized',
    title: 'Not signed in',
    detail: 'Sign in, or send an API key as Basic authentication.',
  });

/** By a password, where that is not enough. Pages lead to single sign-on by its code. */
export const ssoRequired = () =>
  new Refused({
    ...{ status: 403, code: 'sso_required', title: 'Single sign-on required' },
    detail:
      'Your organization lets you in by single sign-on only. Sign out, and sign in with it. An administrator also comes in with a passkey, or with a password and an authenticator app.',
  });

/** The words that clients of such an API look for. */
const invalidKey = () =>
  new Refused({
    status: 403,
    code: 'invalid_api_key',
    title: 'Invalid API key',
    detail:
      'invalid API key: check that the id and secret are complete, that the key was not revoked and has ' +
      'not expired or lapsed, and that it is a key for this: cluster keys open /kafka/v3 of their cluster only.',
  });
