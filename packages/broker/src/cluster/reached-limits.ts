import type { Clock, Log } from '../deps.ts';

/**
 * The bounds that slow or refuse a cluster, by the name that its owner reads. Those of a cluster's kind
 * carry the name that they have in ClusterLimits.
 */
export type LimitName =
  | 'ingressBytesPerSecMax'
  | 'egressBytesPerSecMax'
  | 'requestsPerSecMax'
  | 'connectionsMax'
  | 'partitionsMax'
  | 'partitionChangesPerSecMax'
  | 'groupsMax'
  | 'storedBytesMax'
  | 'requestBytesMax'
  | 'requestElementsMax'
  | 'requestMemoryBytesMax'
  | 'answerBytesMax'
  | 'fetchSessionBytesMax'
  | 'groupBytesMax'
  | 'producersMax'
  | 'producerIdsPerSecMax'
  | 'segmentsMax'
  | 'decompressedBytesMax'
  | 'brokerMemoryMax'
  | 'clientQuotaBytesPerSec'
  | 'clientQuotaRequests'
  | 'clientQuotaMutations'
  | 'spendLimit';

/** One limit that a cluster has met in a usage window. */
export interface ReachedLimit {
  readonly limit: LimitName;
  /** How often it slowed or refused something. */
  readonly count: number;
  /** Since when it has been met without a pause of a minute, milliseconds since the epoch. */
  readonly sinceMs: number;
}

interface Entry {
  count: number;
  total: number;
  sinceMs: number;
  lastMs: number;
}

const pauseMs = 60_000;

/** Keeps, for one cluster, which limits it met: one log line when it begins, figures for whoever asks. */
export class ReachedLimits {
  readonly #clusterId: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Pick<Log, 'warn'>;
  readonly #entries = new Map<LimitName, Entry>();

  constructor(clusterId: string, clock: Pick<Clock, 'now'>, log: Pick<Log, 'warn'>) {
    this.#clusterId = clusterId;
    this.#clock = clock;
    this.#log = log;
  }

  /** Something of the cluster was slowed or refused by `limit` just now. */
  reached(limit: LimitName): void {
    const now = this.#clock.now();
    let entry = this.#entries.get(limit);
    if (entry === undefined) {
      entry = { count: 0, total: 0, sinceMs: now, lastMs: Number.NEGATIVE_INFINITY };
      this.#entries.set(limit, entry);
    }
    if (now - entry.lastMs > pauseMs) {
      entry.sinceMs = now;
      this.#log.warn('limit.reached', { clusterId: this.#clusterId, limit });
    }
    entry.lastMs = now;
    entry.count += 1;
    entry.total += 1;
  }

  /** What was met since this was last asked. */
  take(): ReachedLimit[] {
    const taken: ReachedLimit[] = [];
    for (const [limit, entry] of this.#entries) {
      if (entry.count > 0) taken.push({ limit, count: entry.count, sinceMs: entry.sinceMs });
      entry.count = 0;
    }
    return taken;
  }

  /** How often each limit was met since the broker started. */
  totals(): ReadonlyMap<LimitName, number> {
    return new Map([...this.#entries].map(([limit, entry]) => [limit, entry.total]));
  }
}
