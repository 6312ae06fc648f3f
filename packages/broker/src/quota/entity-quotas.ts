import {
  type EntityQuotaKey,
  type EntityQuotaRecord,
  type QuotaEntity,
  quotaEntityLengthMax,
} from '@weir/metadata-store/entity-quotas';
import { clientBucketsPerClusterMax } from '../client-limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Who asks, as quotas tell clients apart (KIP-55). */
export interface QuotaUser {
  /** `User:<id>`. */
  readonly principal: string;
  /** Empty: it does not say. */
  readonly clientId: string;
}

interface Entry {
  readonly bucket: TokenBucket;
  readonly key: EntityQuotaKey;
  /** Whose quota it is. */
  readonly entity: string;
  value: number;
}

/** Seconds of unused mutations that may be made at once, as in Kafka (`controller.quota.window.num`). */
const mutationBurstSeconds = 11;
/** Milliseconds of work a second that are one hundredth of a thread. */
const workMsPerPercent = 10;

/**
 * What the clients of a cluster have set for themselves (KIP-13, KIP-124, KIP-599). It holds at each broker by itself, as
 * in Kafka. The most specific entity that has a quota of a key decides (KIP-55), for each key by itself.
 */
export class EntityQuotas {
  #table: ReadonlyMap<string, EntityQuotaRecord['values']> = new Map();
  readonly #entries = new Map<string, Entry>();

  /** Clients of which something is kept, one for each key. */
  get size(): number {
    return this.#entries.size;
  }

  /** Whether nobody has any, as in most clusters. */
  get isEmpty(): boolean {
    return this.#table.size === 0;
  }

  apply(records: readonly EntityQuotaRecord[], nowMs: number): void {
    this.#table = new Map(records.map((record) => [nameOf(record), record.values]));
    for (const [name, entry] of this.#entries) {
      const value = this.#table.get(entry.entity)?.[entry.key];
      if (value === entry.value) continue;
      // What may be made at once is a bucket's for good.
      if (value === undefined || entry.key === 'controller_mutation_rate') this.#entries.delete(name);
      else {
        entry.value = value;
        entry.bucket.setRate(perSecond(entry.key, value), nowMs);
      }
    }
  }

  /** Takes what a client used: bytes, milliseconds of work, or partitions. Returns for how long it is to wait, milliseconds. */
  charge(key: EntityQuotaKey, user: QuotaUser, amount: number, nowMs: number): number {
    return this.#entryOf(key, user, nowMs)?.bucket.charge(amount, nowMs) ?? 0;
  }

  /** Whether a client has taken more than one wait pays for. */
  isOverdrawn(key: EntityQuotaKey, user: QuotaUser, nowMs: number): boolean {
    return this.#entryOf(key, user, nowMs)?.bucket.isOverdrawn(nowMs) === true;
  }

  /** Whether a client has taken more than there was, and it is not paid yet. */
  isInDebt(key: EntityQuotaKey, user: QuotaUser, nowMs: number): boolean {
    return this.#entryOf(key, user, nowMs)?.bucket.isInDebt(nowMs) === true;
  }

  /** null: no quota holds for it. */
  #entryOf(key: EntityQuotaKey, { principal, clientId }: QuotaUser, nowMs: number): Entry | null {
    if (this.isEmpty) return null;
    const user = userOf(principal);
    const client = clientId.slice(0, quotaEntityLengthMax);
    for (const entity of entitiesOf(user, client)) {
      const name = nameOf(entity);
      const value = this.#table.get(name)?.[key];
      if (value === undefined) continue;
      // Each user, or client, of a default has as much for himself.
      const sharers = {
        ...(entity.user === undefined ? {} : { user }),
        ...(entity.clientId === undefined ? {} : { clientId: client }),
      };
      return this.#entryFor(`${key} ${nameOf(sharers)}`, { key, entity: name, value }, nowMs);
    }
    return null;
  }

  #entryFor(name: string, quota: Omit<Entry, 'bucket'>, nowMs: number): Entry {
    const kept = this.#entries.get(name);
    if (kept?.entity === quota.entity) return kept;
    const { key, value } = quota;
    const burst = key === 'controller_mutation_rate' ? value * mutationBurstSeconds : null;
    const entry = { ...quota, bucket: new TokenBucket(perSecond(key, value), nowMs, burst) };
    this.#entries.set(name, entry);
    if (this.#entries.size > clientBucketsPerClusterMax) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return entry;
  }
}

/** A principal as entities of quotas name it. */
export const userOf = (principal: string): string =>
  principal.startsWith('User:') ? principal.slice('User:'.length) : principal;

/** Those that may have a quota for a client, the one that decides first (KIP-55). */
const entitiesOf = (user: string, clientId: string): readonly QuotaEntity[] => [
  { user, clientId },
  { user, clientId: null },
  { user },
  { user: null, clientId },
  { user: null, clientId: null },
  { user: null },
  { clientId },
  { clientId: null },
];

/** No name that has a quota holds a NUL. */
const nameOf = ({ user, clientId }: QuotaEntity): string => `${part(user)}\0${part(clientId)}`;

function part(name: string | null | undefined): string {
  if (name === undefined) return '';
  return name === null ? '*' : `=${name}`;
}

const perSecond = (key: EntityQuotaKey, value: number): number =>
  key === 'request_percentage' ? value * workMsPerPercent : value;
