import {
  failedAuthenticationKeysMax,
  failedAuthenticationsPerAddressMax,
  failedAuthenticationsPerMinuteMax,
} from '../limits.ts';

const windowMs = 60_000;

/** Counts failed authentications by principal and address, for a minute each, in bounded memory. */
export class AuthenticationFailures {
  readonly #failures = new Map<string, { readonly count: number; readonly sinceMs: number }>();

  /** Whether this principal has failed so often from this address, or anybody from it, that refusals are held back. */
  isSuspicious(principal: string, address: string, nowMs: number): boolean {
    return (
      this.#countOf(keyOf(principal, address), nowMs) >= failedAuthenticationsPerMinuteMax ||
      this.#countOf(address, nowMs) >= failedAuthenticationsPerAddressMax
    );
  }

  failed(principal: string, address: string, nowMs: number): void {
    this.#count(keyOf(principal, address), nowMs);
    this.#count(address, nowMs);
  }

  #countOf(key: string, nowMs: number): number {
    const entry = this.#failures.get(key);
    return entry === undefined || nowMs - entry.sinceMs >= windowMs ? 0 : entry.count;
  }

  #count(key: string, nowMs: number): void {
    const entry = this.#failures.get(key);
    const isGoingOn = entry !== undefined && nowMs - entry.sinceMs < windowMs;
    // Taken out first: who goes on failing is the newest, and not pushed out by names that are tried once.
    this.#failures.delete(key);
    this.#failures.set(key, {
      count: isGoingOn ? entry.count + 1 : 1,
      sinceMs: isGoingOn ? entry.sinceMs : nowMs,
    });
    if (this.#failures.size <= failedAuthenticationKeysMax) return;
    const oldest = this.#failures.keys().next();
    if (!oldest.done) this.#failures.delete(oldest.value);
  }
}

function keyOf(principal: string, address: string): string {
  return `${address} ${principal.slice(0, 256)}`;
}
