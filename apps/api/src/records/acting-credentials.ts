import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createKeyId, createSecret } from '@weir/credentials/api-key';
import { createScramVerifier, scramSaltBytes } from '@weir/credentials/scram';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { clusterNotReady } from '../kafka/kafka-refusals.ts';
import { CLOCK, LOGGER } from '../platform/tokens.ts';

export interface ActingCredential {
  readonly keyId: string;
  readonly secret: string;
}

interface Held extends ActingCredential {
  readonly period: number;
  readonly store: MetadataStore;
}

const periodMs = 3_600_000;
/** For what was begun at the end of a period. */
const overlapMs = 5 * 60_000;
/** Callers remembered at a time; whoever comes after pushes the oldest out. */
const heldMax = 5_000;

/**
 * Lets the API be a Kafka client in the name of who calls it: a credential with the caller's own principal,
 * so that the broker decides and meters as if the caller were there. It lives for an hour at most, and its
 * secret is only in this process. Each process makes its own: the removal of a key is final, so one that
 * another life of the API took away could not come back.
 */
@Injectable()
export class ActingCredentials implements OnApplicationShutdown {
  readonly #held = new Map<string, Promise<Held>>();

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** `isOwnPage`: for what a page of the console shows, which is not counted as usage of who looks at it. */
  async for(open: OpenCluster, isOwnPage: boolean): Promise<ActingCredential> {
    const period = Math.floor(this.clock.now() / periodMs);
    const name = `${open.cluster.id} ${open.principal}${isOwnPage ? ' page' : ''}`;
    const current = this.#held.get(name);
    // Settled before it is asked: a failed one is not kept.
    if (current) {
      const held = await current;
      if (held.period === period) return held;
      await held.store.removeCredential(held.keyId);
    }
    const next = this.#put(open, period, isOwnPage);
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
  async onApplicationShutdown(): Promise<void> {
    for (const one of this.#held.values()) {
      try {
        const held = await one;
        await held.store.removeCredential(held.keyId);
      } catch (cause) {
        this.logger.warn({ err: cause }, 'a credential of this API is left to expire');
      }
    }
  }

  async #put(open: OpenCluster, period: number, isOwnPage: boolean): Promise<Held> {
    const keyId = createKeyId(randomBytes);
    const secret = createSecret(randomBytes);
    const [scramSha256, scramSha512] = await Promise.all([
      createScramVerifier(secret, 'SHA-256', randomBytes(scramSaltBytes)),
      createScramVerifier(secret, 'SHA-512', randomBytes(scramSaltBytes)),
    ]);
    const applied = await open.store.applyCredential({
      keyId,
      clusterId: open.cluster.id,
      principal: open.principal,
      secrets: [{ number: 1, scramSha256, scramSha512 }],
      expiresAt: (period + 1) * periodMs + overlapMs,
      ...(isOwnPage ? { isOfOwnPages: true } : {}),
    });
    if (!applied.ok) throw clusterNotReady();
    return { keyId, secret, period, store: open.store };
  }
}
