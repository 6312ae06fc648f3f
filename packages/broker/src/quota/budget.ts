import type { QuotaDirection } from '@weir/metadata-store/client-quotas';
import {
  type BudgetPrice,
  type BudgetRecord,
  type Spent,
  type SpentWindow,
  toldWindowsMax,
} from '@weir/metadata-store/restraints';
import { spentTrickleBytesPerSec } from '../client-limits.ts';
import { TokenBucket } from './token-bucket.ts';

const gibibyte = 1024 ** 3;
const hourMs = 3_600_000;

interface Bytes {
  ingress: number;
  egress: number;
}

/** Whole micro-units, exact: neither product passes what a number holds. */
const costOf = (bytes: number, free: number, microsPerGibibyte: number): number => {
  const paid = Math.max(bytes - free, 0);
  const rest = paid % gibibyte;
  return ((paid - rest) / gibibyte) * microsPerGibibyte + Math.floor((rest * microsPerGibibyte) / gibibyte);
};

/** What is left of one limit on spending, over all clusters of the cell that it covers, as far as this broker knows. */
export class Budget {
  record: BudgetRecord;
  /** Of the restraints that it came with. */
  version: number;
  /** Has heard what others have used, and its own former lives. */
  hasHeard = false;
  /** Something was counted that the others have not been told of. */
  isNews = false;
  readonly #prices = new Map<string, BudgetPrice>();
  /** Counted here, the oldest first: from what the ledger did not hold. */
  #own: SpentWindow[] = [];
  #elsewhere: readonly (SpentWindow & { readonly brokerId: number })[] = [];
  readonly #bytes = new Map<string, Bytes>();
  #cost = 0;
  /** The others are not heard: what was left then is divided, and so much of it was used since. */
  #apart: { readonly leftMicros: number; readonly cost: number } | null = null;
  readonly #trickles: Readonly<Record<QuotaDirection, TokenBucket>>;

  constructor(record: BudgetRecord, version: number, nowMs: number) {
    this.record = record;
    this.version = version;
    const trickle = () => new TokenBucket(spentTrickleBytesPerSec, nowMs);
    this.#trickles = { ingress: trickle(), egress: trickle() };
  }

  /** As the control plane tells it of a cluster. What the ledger holds by now is forgotten here. */
  apply(clusterId: string, record: BudgetRecord, version: number, brokerId: number): void {
    this.#prices.set(clusterId, record.price);
    if (version >= this.version) {
      this.version = version;
      this.record = record;
    }
    const kept = this.#own.filter((window) => this.#counts(window, brokerId));
    if (kept.length < this.#own.length) this.isNews = true;
    this.#own = kept;
    this.#sum();
  }

  /** The limit covers the cluster no more. */
  leave(clusterId: string): void {
    this.#prices.delete(clusterId);
    this.#sum();
  }

  get isUnused(): boolean {
    return this.#prices.size === 0;
  }

  /** What all others have told. */
  heard(windows: readonly (SpentWindow & { readonly brokerId: number })[]): void {
    this.hasHeard = true;
    this.#apart = null;
    this.#elsewhere = windows;
    this.#sum();
  }

  /** Clients of a cluster used so much, in the window that ends then. */
  charge(clusterId: string, direction: QuotaDirection, bytes: number, endMs: number): void {
    const price = this.#prices.get(clusterId);
    if (price === undefined) return;
    const last = this.#own.at(-1);
    const window =
      last?.endMs === endMs && last.clusterId === clusterId
        ? last
        : (this.#own.findLast((each) => each.endMs === endMs && each.clusterId === clusterId) ?? null);
    const added = { ingress: 0, egress: 0, [direction]: bytes };
    const grown = {
      clusterId,
      endMs,
      ingressBytes: (window?.ingressBytes ?? 0) + added.ingress,
      egressBytes: (window?.egressBytes ?? 0) + added.egress,
    };
    if (window === null) this.#own.push(grown);
    else this.#own[this.#own.lastIndexOf(window)] = grown;
    this.isNews = true;
    if (this.#own.length > toldWindowsMax) this.#own = addedUp(this.#own);
    this.#add(clusterId, price, added);
  }

  /** Micro-units; 0 or less: nothing is left. Milliseconds since the epoch. */
  leftMicros(nowMs: number): number {
    const { asOfMs, leftMicros, microsPerHour } = this.record;
    const passedMs = Math.max(nowMs - asOfMs, 0);
    const left = leftMicros - Math.floor((passedMs * microsPerHour) / hourMs) - this.#cost;
    if (this.#apart === null) return left;
    return Math.min(left, this.#apart.leftMicros - (this.#cost - this.#apart.cost));
  }

  /** Nobody hears what the others use: from now on this broker has an even part of what is left. */
  setApart(brokers: number, nowMs: number): void {
    if (brokers === 1) return;
    this.#apart ??= { leftMicros: Math.floor(this.leftMicros(nowMs) / brokers), cost: this.#cost };
  }

  /** For how long who has used it up is to wait after that many bytes more, milliseconds. */
  delayMs(direction: QuotaDirection, bytes: number, monotonicMs: number): number {
    return this.#trickles[direction].charge(bytes, monotonicMs);
  }

  /** Whether whoever has used it up has taken more than one wait pays for. */
  isOverdrawn(direction: QuotaDirection, monotonicMs: number): boolean {
    return this.#trickles[direction].isOverdrawn(monotonicMs);
  }

  told(): Spent {
    return { limitId: this.record.limitId, windows: this.#own };
  }

  #counts({ endMs }: SpentWindow, brokerId: number): boolean {
    const { countedUntilMs, fromMs } = this.record;
    return endMs > fromMs && endMs > (countedUntilMs[String(brokerId)] ?? 0);
  }

  #sum(): void {
    this.#bytes.clear();
    this.#cost = 0;
    const elsewhere = this.#elsewhere.filter((window) => this.#counts(window, window.brokerId));
    for (const { clusterId, egressBytes: egress, ingressBytes: ingress } of [...this.#own, ...elsewhere]) {
      const price = this.#prices.get(clusterId);
      if (price !== undefined) this.#add(clusterId, price, { ingress, egress });
    }
  }

  #add(clusterId: string, price: BudgetPrice, added: Bytes): void {
    const bytes = this.#bytes.get(clusterId) ?? { ingress: 0, egress: 0 };
    this.#bytes.set(clusterId, bytes);
    const cost = () =>
      costOf(bytes.ingress, price.freeIngressBytes, price.ingressMicros) +
      costOf(bytes.egress, price.freeEgressBytes, price.egressMicros);
    const before = cost();
    bytes.ingress += added.ingress;
    bytes.egress += added.egress;
    this.#cost += cost() - before;
  }
}

/** The oldest half is one window of each cluster, as if all of it came last: it counts until the ledger holds all of it. */
const addedUp = (windows: readonly SpentWindow[]): SpentWindow[] => {
  const half = Math.ceil(windows.length / 2);
  const byCluster = Map.groupBy(windows.slice(0, half), ({ clusterId }) => clusterId);
  const sums = [...byCluster].map(([clusterId, some]) =>
    some.reduce(
      (sum, each) => ({
        clusterId,
        endMs: Math.max(sum.endMs, each.endMs),
        ingressBytes: sum.ingressBytes + each.ingressBytes,
        egressBytes: sum.egressBytes + each.egressBytes,
      }),
      { clusterId, endMs: 0, ingressBytes: 0, egressBytes: 0 },
    ),
  );
  return [...sums, ...windows.slice(half)];
};
