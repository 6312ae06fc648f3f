import {
  type ClientLimit,
  ClientQuotaTable,
  clientLimit,
  type QuotaDirection,
} from '@weir/metadata-store/client-quotas';
import { evenShare, type LimitUse } from '@weir/metadata-store/limit-rules';
import { toldClientsMax } from '@weir/metadata-store/limit-shares';
import type { ClientQuotaRecord } from '@weir/metadata-store/model';
import type { LimitShares } from '@weir/metadata-store/port';
import { clientBucketsPerClusterMax } from '../client-limits.ts';
import { RateDemand } from './rate-demand.ts';
import { TokenBucket } from './token-bucket.ts';

/** Who sends or reads: what quotas are given to. */
export interface QuotaClient {
  readonly principal: string;
  /** null: it came without one. */
  readonly keyId: string | null;
}

interface Entry {
  readonly bucket: TokenBucket;
  readonly demand: RateDemand;
  /** Over all brokers. */
  rate: number;
}

/** From this part of an even share on, what a client uses here is told: others may have to give up some of theirs. */
const toldShare = 0.75;

/**
 * Rates of single clients of a cluster (KIP-13): by principal, with one for all who have none of their own, and by key
 * beside that. They hold over all brokers of the cell, as limits of clusters do: each broker has an even share until
 * somebody wants more of one.
 */
export class ClientQuotas {
  #table = new ClientQuotaTable([]);
  readonly #entries = new Map<ClientLimit, Entry>();
  #brokers: number;
  /** By the store's last answer; null: another broker has told of it, and this one has not. */
  #shares: NonNullable<LimitShares['clients']> = {};

  constructor(brokers: number) {
    this.#brokers = brokers;
  }

  get size(): number {
    return this.#entries.size;
  }

  apply(quotas: readonly ClientQuotaRecord[], nowMs: number): void {
    this.#table = new ClientQuotaTable(quotas);
    for (const [name, entry] of this.#entries) {
      const rate = this.#table.rateOf(name);
      if (rate === null) this.#entries.delete(name);
      else entry.rate = rate;
    }
    this.#setRates(nowMs);
  }

  setBrokers(brokers: number, nowMs: number): void {
    this.#brokers = brokers;
    this.#setRates(nowMs);
  }

  /** What the store has answered; empty: nobody wants more than an even share. */
  heard(shares: NonNullable<LimitShares['clients']>, nowMs: number): void {
    this.#shares = shares;
    this.#setRates(nowMs);
  }

  /** Takes what a client sent or read; returns for how long it is to wait, milliseconds. */
  charge(direction: QuotaDirection, client: QuotaClient, bytes: number, nowMs: number): number {
    if (this.#table.isEmpty) return 0;
    const ofPrincipal = this.#charge(direction, client.principal, bytes, nowMs);
    if (client.keyId === null) return ofPrincipal;
    return Math.max(ofPrincipal, this.#charge(direction, `Key:${client.keyId}`, bytes, nowMs));
  }

  /** Whether a client has taken more than one wait pays for. */
  isOverdrawn(direction: QuotaDirection, { keyId, principal }: QuotaClient, nowMs: number): boolean {
    if (this.#entries.size === 0) return false;
    const isOver = (client: string) =>
      this.#entries.get(clientLimit(direction, client))?.bucket.isOverdrawn(nowMs) === true;
    return isOver(principal) || (keyId !== null && isOver(`Key:${keyId}`));
  }

  #charge(direction: QuotaDirection, client: string, bytes: number, nowMs: number): number {
    const rate = this.#table.rate(direction, client);
    if (rate === null) return 0;
    const name = clientLimit(direction, client);
    const entry = this.#entries.get(name) ?? this.#add(name, rate, nowMs);
    return entry.bucket.charge(bytes, nowMs);
  }

  #add(name: ClientLimit, rate: number, nowMs: number): Entry {
    const entry = { bucket: new TokenBucket(this.#even(rate), nowMs), demand: new RateDemand(), rate };
    this.#entries.set(name, entry);
    this.#setRate(name, entry, nowMs);
    if (this.#entries.size > clientBucketsPerClusterMax) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return entry;
  }

  #even(rate: number): number {
    return Math.max(evenShare(rate, this.#brokers), 1);
  }

  #setRates(nowMs: number): void {
    for (const [name, entry] of this.#entries) this.#setRate(name, entry, nowMs);
  }

  #setRate(name: ClientLimit, { bucket, rate }: Entry, nowMs: number): void {
    const even = this.#even(rate);
    const granted = this.#brokers === 1 ? null : (this.#shares[name] ?? null);
    bucket.setRate(granted === null ? even : Math.min(Math.max(granted, 1), rate), nowMs, even);
  }

  /** How much is wanted is seen by looking now and then. */
  look(nowMs: number): void {
    for (const { bucket, demand } of this.#entries.values()) demand.look(bucket, nowMs);
  }

  /** What is to be told: of which others may have to give up some, and of which others have told. */
  uses(): Readonly<Record<ClientLimit, LimitUse>> {
    const uses: Record<ClientLimit, LimitUse> = {};
    let told = 0;
    for (const [name, entry] of this.#entries) {
      if (told === toldClientsMax) break;
      const wanted = entry.demand.wanted(entry.rate);
      if (wanted <= this.#even(entry.rate) * toldShare && this.#shares[name] === undefined) continue;
      uses[name] = { wanted, inUse: 0 };
      told += 1;
    }
    for (const name of Object.keys(this.#shares)) {
      if (told === toldClientsMax) break;
      // Keys of `shares` are names of client limits; the type of Object.keys does not say so.
      if (uses[name as ClientLimit] !== undefined || this.#table.rateOf(name) === null) continue;
      uses[name as ClientLimit] = { wanted: 0, inUse: 0 };
      told += 1;
    }
    return uses;
  }

  /** Whether any client uses more here than the other brokers need not know of. */
  get usesMuch(): boolean {
    for (const { demand, rate } of this.#entries.values())
      if (demand.wanted(rate) > this.#even(rate) * toldShare) return true;
    return false;
  }
}
