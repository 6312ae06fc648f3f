import type { TokenClaims, Tokens } from '@weir/broker/deps';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { TokenIssuerSettings } from './token-settings.ts';

interface IncidentLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** How far a clock may be behind the issuer's. */
const clockSkewSeconds = 30;
const refreshEveryMs = 600_000;
/** A key that is not known may be new: so often is it looked for, whoever names one. */
const refreshSoonestMs = 10_000;
const fetchMsMax = 5_000;
const keySetBytesMax = 256 * 1024;
const keysMax = 100;

/**
 * Believes tokens (RFC 9068, RFC 7519) of one issuer, by keys that are fetched apart from any client: who comes with a
 * token waits for nobody, and can have the keys looked for again only as often as everybody together.
 */
export class TokenIssuer implements Tokens {
  readonly #settings: TokenIssuerSettings;
  readonly #log: IncidentLog;
  #keys: ReturnType<typeof createLocalJWKSet> | null = null;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | null = null;
  #hasFailed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(settings: TokenIssuerSettings, log: IncidentLog) {
    this.#settings = settings;
    this.#log = log;
    this.#timer = setInterval(() => {
      const isDue = performance.now() - this.#fetchedAtMs >= (this.#hasFailed ? 0 : refreshEveryMs);
      if (isDue) void this.refresh();
    }, refreshSoonestMs);
    this.#timer.unref();
  }

  async verify(token: string): Promise<TokenClaims | null> {
    if (this.#keys === null) return null;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.#settings.issuer,
        algorithms,
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['sub', 'aud', 'exp'],
      });
      const { sub, aud, exp } = payload;
      // What has ended has ended: the skew is for clocks that are behind.
      if (sub === undefined || aud === undefined || exp === undefined || exp * 1_000 <= Date.now())
        return null;
      return { subject: sub, audiences: typeof aud === 'string' ? [aud] : aud, expiresAt: exp * 1_000 };
    } catch (cause) {
      if (!(cause instanceof errors.JOSEError)) throw cause;
      if (cause instanceof errors.JWKSNoMatchingKey) this.#lookForNewKeys();
      return null;
    }
  }

  #lookForNewKeys(): void {
    if (performance.now() - this.#fetchedAtMs >= refreshSoonestMs) void this.refresh();
  }

  /** Fetches the keys; those that are known hold on where that fails. */
  refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#fetchedAtMs = performance.now();
    const { jwksUrl } = this.#settings;
    try {
      this.#keys = createLocalJWKSet(await fetchKeySet(jwksUrl));
      if (this.#hasFailed) this.#log.info({ jwksUrl }, 'tokens.keys.there');
      this.#hasFailed = false;
    } catch (cause) {
      if (!this.#hasFailed) this.#log.warn({ err: cause, jwksUrl }, 'tokens.keys.unreachable');
      this.#hasFailed = true;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#fetching;
  }
}

async function fetchKeySet(jwksUrl: string): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(fetchMsMax);
  const response = await fetch(jwksUrl, {
    redirect: 'error',
    signal,
    headers: { accept: 'application/json' },
  });
  if (!response.ok || response.body === null)
    throw new Error(`the keys were answered with ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > keySetBytesMax) throw new Error(`the keys are more than ${keySetBytesMax} bytes`);
    chunks.push(chunk);
  }
  const set: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (!isKeySet(set)) throw new Error(`what was answered is no set of at most ${keysMax} keys`);
  return set;
}

/** What is in each key, jose looks at when it is used. */
function isKeySet(value: unknown): value is JSONWebKeySet {
  if (typeof value !== 'object' || value === null || !('keys' in value)) return false;
  const { keys } = value;
  return Array.isArray(keys) && keys.length <= keysMax && keys.every((key) => typeof key?.kty === 'string');
}
