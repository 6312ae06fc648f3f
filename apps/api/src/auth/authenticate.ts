import { Inject, Injectable } from '@nestjs/common';
import { isWellFormedKeyId } from '@weir/credentials/api-key';
import { verifyCloudSecret } from '@weir/credentials/cloud-key';
import { verifySecret } from '@weir/credentials/scram';
import { ScramVerifiers } from '@weir/provisioning/key-intent';
import type { Clock } from '@weir/runtime/clock';
import type { Request } from 'express';
import type { Caller, OrganizationRole } from '../http/call.ts';
import { Refused } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { requireSameOrigin } from '../http/same-origin.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { OrganizationStore } from '../organizations/organization.store.ts';
import { CLOCK, SETTINGS } from '../platform/tokens.ts';
import { SessionStore } from '../sessions/session.store.ts';
import type { ApiSettings } from '../settings.ts';
import { cloudServerKey } from './cloud-server-key.ts';
import { type KeyRow, KeyStore } from './key.store.ts';
import { PEOPLE, type People } from './people.ts';

/** How exactly it is known when a session was last used. */
const seenEveryMs = 60_000;

/** Finds out who calls. A key in the Authorization header comes before the session cookie. */
@Injectable()
export class Authenticate {
  readonly #serverKey: Uint8Array;
  readonly #trustedOrigins: readonly string[];

  constructor(
    @Inject(PEOPLE) private readonly people: People,
    @Inject(KeyStore) private readonly keys: KeyStore,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
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
    if (authorization !== undefined) return this.#byKey(authorization, clusterKeys);
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
    await this.#see(session.session, request);
    const membership = await this.#membership(id, name, session.session.organizationId ?? null);
    return {
      kind: 'User',
      id,
      ...membership,
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

  async #membership(userId: string, name: string, chosen: string | null) {
    let found = await this.organizations.findMembership(userId, chosen);
    if (!found) {
      await this.ensureTenancy.run({ id: userId, name });
      found = await this.organizations.findMembership(userId, chosen);
    }
    if (!found) throw new Error(`no organization could be made for ${userId}`);
    return { organizationId: found.organizationId, role: roleOf(found.role) };
  }

  async #byKey(authorization: string, clusterKeys: boolean): Promise<Caller> {
    const basic = readBasic(authorization);
    const key = basic && isWellFormedKeyId(basic.id) ? await this.keys.find(basic.id) : null;
    const valid = key && basic && isLive(key, this.clock.now()) && (await this.#opens(key, basic.secret));
    if (!valid || (key.clusterId !== null && !clusterKeys)) throw invalidKey();
    return {
      kind: key.ownerKind,
      id: key.ownerId,
      organizationId: key.organizationId,
      role: key.ownerKind === 'User' ? await this.#roleOfOwner(key) : null,
      via: key.clusterId === null ? 'cloud-key' : 'cluster-key',
      sessionId: null,
      clusterId: key.clusterId,
    };
  }

  async #opens(key: KeyRow, secret: string): Promise<boolean> {
    if (key.clusterId !== null)
      return verifySecret(secret, 'SHA-256', ScramVerifiers.parse(key.scram).sha256);
    if (key.cloudVerifier === null) return false;
    return verifyCloudSecret(key.id, secret, this.#serverKey, key.cloudVerifier);
  }

  async #roleOfOwner(key: KeyRow): Promise<OrganizationRole | null> {
    return roleOf((await this.organizations.findRole(key.organizationId, key.ownerId)) ?? '');
  }
}

const isLive = (key: KeyRow, now: number): boolean =>
  key.revokedAt === null && !key.clusterGone && (key.expiresAt === null || key.expiresAt.getTime() > now);

const roleOf = (text: string): OrganizationRole | null => (text === 'OrganizationAdmin' ? text : null);

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

/** The words that clients of such an API look for. */
const invalidKey = () =>
  new Refused({
    status: 403,
    code: 'invalid_api_key',
    title: 'Invalid API key',
    detail:
      'invalid API key: check that the id and secret are complete, that the key was not revoked and has ' +
      'not expired, and that it is a key for this: cluster keys open /kafka/v3 of their cluster only.',
  });
