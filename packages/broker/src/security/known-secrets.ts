import { createHmac } from 'node:crypto';
import { sameBytes } from '@weir/credentials/scram';
import { secretsPerKeyMax } from '@weir/metadata-store/rules';

/**
 * Secrets that were right in this process, so that a client that comes back is known without deriving its
 * key again. Kept is a MAC under a key that nobody else has, over the secret and the verifier that it
 * fulfilled: with another verifier, as after a revocation, it tells nothing.
 */
export class KnownSecrets {
  readonly #macKey: Buffer;
  readonly #entriesMax: number;
  /** By key id, the longest unused first; of the newest secrets of the key. */
  readonly #macs = new Map<string, readonly Buffer[]>();

  constructor(macKey: Buffer, entriesMax: number) {
    this.#macKey = macKey;
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#macs.size;
  }

  macOf(storedKey: string, secret: string): Buffer {
    return createHmac('sha256', this.#macKey).update(`${storedKey}\0${secret}`).digest();
  }

  has(keyId: string, mac: Buffer): boolean {
    const known = this.#macs.get(keyId);
    if (!known?.some((each) => sameBytes(each, mac))) return false;
    this.#macs.delete(keyId);
    this.#macs.set(keyId, known);
    return true;
  }

  remember(keyId: string, mac: Buffer): void {
    const others = (this.#macs.get(keyId) ?? []).filter((each) => !sameBytes(each, mac));
    this.#macs.delete(keyId);
    this.#macs.set(keyId, [...others, mac].slice(-secretsPerKeyMax));
    if (this.#macs.size <= this.#entriesMax) return;
    const longestUnused = this.#macs.keys().next();
    if (!longestUnused.done) this.#macs.delete(longestUnused.value);
  }

  forget(keyId: string): void {
    this.#macs.delete(keyId);
  }
}
