import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { groupNameLengthMax, groupsPerPersonMax } from '@weir/contracts/single-sign-on';
import { createGuardedFetch, type GuardedFetch } from '@weir/runtime/guarded-fetch';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { problemOf } from './problem-of.ts';
import { SsoProblem } from './sso-problem.ts';

export interface ProviderClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What one sign-in is told from all others by. */
export interface SignInProof {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly codeVerifier: string;
}

/** Whom the provider says that somebody is. */
export interface Identified {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case; null: not told, or told to be unconfirmed. */
  readonly email: string | null;
  readonly name: string | null;
  /** Null: the claim is not there at all. */
  readonly groups: readonly string[] | null;
}

const timeoutSeconds = 5;
/** Sign-ins at a time at one provider; an honest one answers within a tenth of a second. */
const askingMax = 32;
/** How far its clock and ours may be apart. */
const clockToleranceSeconds = 60;

/** OpenID Connect with somebody's identity provider, by openid-client. Rejects with SsoProblem. */
@Injectable()
export class IdentityProvider implements OnApplicationShutdown {
  readonly #fetch: GuardedFetch;
  readonly #allowsLoopback: boolean;
  /** How many sign-ins are asking each provider: one that is slow keeps its own people waiting and nobody else. */
  readonly #asking = new Map<string, number>();

  constructor(@Inject(SETTINGS) settings: ApiSettings) {
    this.#allowsLoopback = settings.ssoAllowsLoopback;
    const { dnsServers } = settings;
    this.#fetch = createGuardedFetch({ allowsLoopback: this.#allowsLoopback, dnsServers });
  }

  onApplicationShutdown(): Promise<void> {
    return this.#fetch.close();
  }

  /** Reads its discovery document. Resolves with the issuer as it writes it. */
  async discover(client: ProviderClient): Promise<string> {
    const configuration = await this.#ask(client, () => this.#discover(client));
    return configuration.serverMetadata().issuer;
  }

  /** Where the browser is to go. */
  begin(
    client: ProviderClient,
    proof: SignInProof,
    asked: { readonly redirectUri: string; readonly loginHint: string },
  ): Promise<URL> {
    return this.#ask(client, () => this.#begin(client, proof, asked));
  }

  async #begin(
    client: ProviderClient,
    { codeVerifier, nonce, state }: SignInProof,
    asked: { readonly redirectUri: string; readonly loginHint: string },
  ): Promise<URL> {
    const configuration = await this.#discover(client);
    const { scopes_supported: scopes } = configuration.serverMetadata();
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: asked.redirectUri,
      scope: `openid email profile${scopes?.includes('groups') === true ? ' groups' : ''}`,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      login_hint: asked.loginHint,
    });
    // The browser goes there from a page of ours: to a site, and never into a script.
    if (url.protocol === 'https:' || (this.#allowsLoopback && url.protocol === 'http:')) return url;
    throw new SsoProblem('sso_answer_invalid');
  }

  /** `callback`: where it sent the browser back, with the code. */
  finish(
    client: ProviderClient,
    proof: SignInProof,
    asked: { readonly callback: URL; readonly groupsClaim: string },
  ): Promise<Identified> {
    return this.#ask(client, () => this.#finish(client, proof, asked));
  }

  async #ask<Value>({ issuer }: ProviderClient, work: () => Promise<Value>): Promise<Value> {
    const asking = this.#asking.get(issuer) ?? 0;
    if (asking >= askingMax) throw new SsoProblem('sso_provider_unreachable');
    this.#asking.set(issuer, asking + 1);
    try {
      return await work();
    } catch (cause) {
      throw problemOf(cause);
    } finally {
      const left = (this.#asking.get(issuer) ?? 1) - 1;
      if (left === 0) this.#asking.delete(issuer);
      else this.#asking.set(issuer, left);
    }
  }

  async #finish(
    client: ProviderClient,
    { codeVerifier, nonce, state }: SignInProof,
    { callback, groupsClaim }: { readonly callback: URL; readonly groupsClaim: string },
  ): Promise<Identified> {
    const configuration = await this.#discover(client);
    const tokens = await oidc.authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new TypeError('no ID token, though one was expected');
    let told: Readonly<Record<string, unknown>> = claims;
    const lacks = told.email === undefined || told[groupsClaim] === undefined;
    if (lacks && configuration.serverMetadata().userinfo_endpoint !== undefined) {
      const more = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      told = { ...more, ...claims };
    }
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: addressIn(told),
      name: z.string().trim().min(1).max(100).safeParse(told.name).data ?? null,
      groups: groupsIn(told[groupsClaim]),
    };
  }

  async #discover({ clientId, clientSecret, issuer }: ProviderClient): Promise<oidc.Configuration> {
    const configuration = await oidc.discovery(
      new URL(issuer),
      clientId,
      { client_secret: clientSecret, [oidc.clockTolerance]: clockToleranceSeconds },
      oidc.ClientSecretBasic(clientSecret),
      {
        [oidc.customFetch]: this.#fetch,
        timeout: timeoutSeconds,
        // The ID token comes from the provider itself over TLS; its signature is checked all the same.
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(this.#allowsLoopback ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    return configuration;
  }
}

/** A provider that does not say whether it is confirmed answers for its domain; one that says it is not, does not. */
const addressIn = (told: Readonly<Record<string, unknown>>): string | null => {
  const parsed = z.email().max(254).safeParse(told.email);
  return parsed.success && told.email_verified !== false ? parsed.data.toLowerCase() : null;
};

const Group = z.string().min(1).max(groupNameLengthMax);

/** A list, or one name; what is no name of a group is left out. */
const groupsIn = (claim: unknown): readonly string[] | null => {
  if (claim === undefined || claim === null) return null;
  const all: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const names = all.flatMap((one) => Group.safeParse(one).data ?? []);
  return [...new Set(names)].slice(0, groupsPerPersonMax);
};
