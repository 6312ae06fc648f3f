import type { Logger } from '@weir/runtime/logger';

import type { Redis } from 'ioredis';
import type { ApiMetrics } from './metrics.ts';
import { tooMany } from './refused.ts';

/** Where the headers go; a response fits. */
export interface HeaderSink {
  setHeader(name: string, value: string): unknown;
}

/** For counts that are not about the request, whose headers nobody is to read. */
export const nowhere: HeaderSink = { setHeader: () => undefined };

export interface RateLimit {
  readonly name: string;
  readonly requestsMax: number;
  readonly windowMs: number;
}

/** By caller: far above what a console or a Terraform run does. */
export const callerLimit: RateLimit = { name: 'caller', requestsMax: 1_200, windowMs: 60_000 };
/** By network, for what anybody may ask without signing in. */
export const strangerLimit: RateLimit = { name: 'stranger', requestsMax: 60, windowMs: 60_000 };
/** By network, for what the payment provider tells: it sends many at once, and again where it is refused. */
export const webhookLimit: RateLimit = { name: 'webhook', requestsMax: 3_000, windowMs: 60_000 };
/** By address, for signing up and in: slows guessing down, on top of argon2id. */
export const signInLimit: RateLimit = { name: 'auth', requestsMax: 100, windowMs: 60_000 };
/** The same for an address that everybody behind a proxy shares: nobody there may lock the others out. */
export const sharedSignInLimit: RateLimit = { ...signInLimit, requestsMax: 1_000 };
/** New accounts by address: each costs a mail, an organization, and an answer about who is here already. */
export const signUpLimit: RateLimit = { name: 'sign-up', requestsMax: 20, windowMs: 3_600_000 };
/** Failures of one address with one account: who guesses slows himself down, and not the account's owner. */
export const pairLimit: RateLimit = { name: 'pair', requestsMax: 10, windowMs: 600_000 };
/**
 * Failures by account, from all addresses together that pairLimit lets through and no browser of the owner's: at
 * this pace no password is guessed, and five addresses do not yet lock a stranger's browser out.
 */
export const accountLimit: RateLimit = { name: 'account', requestsMax: 60, windowMs: 600_000 };
/** Failures of a browser that the account knows; beyond it, it is one as all others. */
export const deviceLimit: RateLimit = { name: 'device', requestsMax: 10, windowMs: 600_000 };

/** Forms by which anybody can cause mail, by network, on top of what each address gets (packages/mail). */
export const mailRequestLimit: RateLimit = { name: 'mail', requestsMax: 20, windowMs: 3_600_000 };
/**
 * Wrong second codes at a sign-in, of somebody who knows the password: by account and network, by account from
 * everywhere, and of a browser that the account knows. Of a million codes three are right at a time.
 */
export const secondFactorPairLimit: RateLimit = { name: 'second-pair', requestsMax: 10, windowMs: 3_600_000 };
export const secondFactorAccountLimit: RateLimit = { name: 'second', requestsMax: 30, windowMs: 3_600_000 };
export const secondFactorDeviceLimit: RateLimit = {
  name: 'second-device',
  requestsMax: 10,
  windowMs: 3_600_000,
};
/** Wrong passwords of who is signed in: who has found a session must not find the password by it. */
export const passwordCheckLimit: RateLimit = { name: 'password', requestsMax: 10, windowMs: 600_000 };

const giveBackScript = `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end`;

/** Counts in Redis, so that several API processes share the count. */
export class RateLimits {
  readonly #redis: Redis;
  readonly #metrics: ApiMetrics;
  readonly #logger: Logger;

  constructor(redis: Redis, metrics: ApiMetrics, logger: Logger) {
    this.#redis = redis;
    this.#metrics = metrics;
    this.#logger = logger;
  }

  /**
   * Counts one request and writes the headers. Refuses with 429 beyond the limit. While Redis is away
   * requests pass uncounted (false), which a metric and the log show: a limiter must not be what takes the API down.
   */
  async count(limit: RateLimit, who: string, response: HeaderSink): Promise<boolean> {
    const used = await this.#increment(limit, `weir:rate:${limit.name}:${who}`);
    if (!used) return false;
    const resetSeconds = Math.max(1, Math.ceil(used.resetMs / 1000));
    response.setHeader('X-RateLimit-Limit', String(limit.requestsMax));
    response.setHeader('X-RateLimit-Remaining', String(Math.max(0, limit.requestsMax - used.count)));
    response.setHeader('X-RateLimit-Reset', String(resetSeconds));
    if (used.count <= limit.requestsMax) return true;
    throw tooMany(
      `At most ${limit.requestsMax} requests in ${limit.windowMs / 60_000} min. Wait ${resetSeconds} s and go on.`,
      resetSeconds,
    );
  }

  /** Whether another would pass, without counting one. While Redis is away there is room. */
  async hasRoom(limit: RateLimit, who: string): Promise<boolean> {
    try {
      return Number((await this.#redis.get(`weir:rate:${limit.name}:${who}`)) ?? 0) < limit.requestsMax;
    } catch (cause) {
      this.#metrics.uncounted();
      this.#logger.warn({ err: cause }, 'rate limits are not read: Redis does not answer');
      return true;
    }
  }

  /** Takes one count back, of a request that turned out to be none of those that the limit is about. */
  async giveBack(limit: RateLimit, who: string): Promise<void> {
    try {
      // Its window may have ended since: a count below zero, which never ends, would let more through later.
      await this.#redis.eval(giveBackScript, 1, `weir:rate:${limit.name}:${who}`);
    } catch (cause) {
      this.#metrics.uncounted();
      this.#logger.warn({ err: cause }, 'a count was not given back: Redis does not answer');
    }
  }

  async #increment(limit: RateLimit, key: string): Promise<{ count: number; resetMs: number } | null> {
    try {
      const replies = await this.#redis.multi().incr(key).pexpire(key, limit.windowMs, 'NX').pttl(key).exec();
      const [count, resetMs] = [replies?.[0]?.[1], replies?.[2]?.[1]];
      if (typeof count !== 'number' || typeof resetMs !== 'number') throw new Error('no counts in the reply');
      return { count, resetMs };
    } catch (cause) {
      this.#metrics.uncounted();
      this.#logger.warn({ err: cause }, 'rate limits are not counted: Redis does not answer');
      return null;
    }
  }
}
