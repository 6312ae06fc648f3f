import { randomBytes } from 'node:crypto';
import { createKeyId, createSecret } from '@weir/credentials/api-key';
import { createScramVerifier, scramSaltBytes } from '@weir/credentials/scram';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import type { PlainCredential } from './connection.ts';

/** As whom somebody acts, and where. */
export interface Acting {
  readonly clusterId: string;
  readonly store: MetadataStore;
  /** `User:<id>` */
  readonly principal: string;
  /** For what a page of the console shows, which is not counted as usage of who looks at it. */
  readonly isOwnPage: boolean;
}

/** The cluster is not in its cell: not yet, or not any more. */
export class ClusterNotInCell extends Error {
  override readonly name = 'ClusterNotInCell';
}

interface Held extends PlainCredential {
  readonly period: number;
  readonly store: MetadataStore;
}

const periodMs = 3_600_000;
/** For what was begun at the end of a period. */
const overlapMs = 5 * 60_000;
/** Callers remembered at a time; whoever comes after pushes the oldest out. */
const heldMax = 5_000;

/**
 * Lets a process be a Kafka client in somebody's name: a credential with that principal, so that the broker decides
 * and meters as if it were there itself. It lives for an hour at most, and its secret is only in this process. Each
 * process makes its own: the removal of a key is final, so one that another life of it took away could not come back.
 */
export class ActingCredentials {
  readonly #held = new Map<string, Promise<Held>>();

  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Rejects with ClusterNotInCell. */
  async for(acting: Acting): Promise<PlainCredential> {
    const period = Math.floor(this.#clock.now() / periodMs);
    const name = `${acting.clusterId} ${acting.principal}${acting.isOwnPage ? ' page' : ''}`;
    const current = this.#held.get(name);
    // Settled before it is asked: a failed one is not kept.
    if (current) {
      const held = await current;
      if (held.period === period) return held;
      await held.store.removeCredential(held.keyId);
    }
    const next = this.#put(acting, period);
    this.#held.delete(name);
    this.#held.set(name, next);
    next.catch(() => this.#held.delete(name));
    if (this.#held.size > heldMax) await this.#dropOldest();
    return next;
  }

  async #dropOldest(): Promise<void> {
    const [oldest] = this.#held;
    if (!oldest) return;
    const [name, held] = oldest;
    this.#held.delete(name);
    const { store, keyId } = await held;
    await store.removeCredential(keyId);
  }

  /** They would expire by themselves; this is to leave nothing behind. */
  async close(): Promise<void> {
    for (const one of this.#held.values()) {
      try {
        const held = await one;
        await held.store.removeCredential(held.keyId);
      } catch (cause) {
        this.#logger.warn({ err: cause }, 'a credential of this process is left to expire');
      }
    }
  }

  async #put({ clusterId, isOwnPage, principal, store }: Acting, period: number): Promise<Held> {
    const keyId = createKeyId(randomBytes);
    const secret = createSecret(randomBytes);
    const [scramSha256, scramSha512] = await Promise.all([
      createScramVerifier(secret, 'SHA-256', randomBytes(scramSaltBytes)),
      createScramVerifier(secret, 'SHA-512', randomBytes(scramSaltBytes)),
    ]);
    const applied = await store.applyCredential({
      keyId,
      clusterId,
      principal,
      secrets: [{ number: 1, scramSha256, scramSha512 }],
      expiresAt: (period + 1) * periodMs + overlapMs,
      ...(isOwnPage ? { isOfOwnPages: true } : {}),
    });
    if (!applied.ok) throw new ClusterNotInCell(`the cell of ${clusterId} does not know it`);
    return { keyId, secret, period, store };
  }
}
