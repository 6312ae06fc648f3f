import { failedAuthenticationKeysMax, failedAuthenticationsPerMinuteMax } from '../limits.ts';

const windowMs = 60_000;

/** Counts failed authentications by principal and address, for a minute each, in bounded memory. */
export class AuthenticationFailures {
  readonly #failures = new Map<string, { count: number; readonly sinceMs: number }>();

  /** Whether this principal has failed so often from this address that answers to it are held back. */
  isSuspicious(principal: string, address: string, nowMs: number): boolean {
    const entry = this.#failures.get(keyOf(principal, address));
    return (
      entry !== undefined &&
      nowMs - entry.sinceMs < windowMs &&
      entry.count >= failedAuthenticationsPerMinuteMax
    );
  }

  failed(principal: string, address: string, nowMs: number): void {
    const key = keyOf(principal, address);
    const entry = this.#failures.get(key);
    if (entry !== undefined && nowMs - entry.sinceMs < windowMs) {
      entry.count += 1;
      return;
    }
    this.#failures.delete(key);
    this.#failures.set(key, { count: 1, sinceMs: nowMs });
    if (this.#failures.size <= failedAuthenticationKeysMax) return;
    const oldest = this.#failures.keys().next();
    if (!oldest.done) this.#failures.delete(oldest.value);
  }
}

function keyOf(principal: string, address: string): string {
  return `${address} ${principal.slice(0, 256)}`;
}
