import { toldClustersMax } from '@weir/metadata-store/limit-shares';
import type { BrokerLifeId, LimitShares, MetadataStore, ToldUse } from '@weir/metadata-store/port';
import {
  shareAskGapMs,
  shareLimitsEveryMs,
  sharesKeptMs,
  shareWaitersPerClusterMax,
  shareWaitMsMax,
  stocksCountedEveryMs,
} from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import { usesMuch, usesOf } from './cluster-use.ts';
import { type LogicalCluster, rateLimits } from './logical-cluster.ts';

export interface LimitSharingDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'> & { readonly metadata: Pick<MetadataStore, 'shareLimits'> };
  /** This life of the broker; null while it has none. */
  life(): BrokerLifeId | null;
  /** Whether there is anybody to divide limits with. */
  hasOthers(): boolean;
  clusters(): ReadonlyMap<string, LogicalCluster>;
  /** Groups of the cluster that are coordinated here. */
  groupCount(clusterId: string): number;
}

/** Clusters that are looked at before others have their turn. */
const clustersPerTurn = 200;

/**
 * The limits of clusters hold over all brokers of the cell. Each may use an even share of them; where one wants more,
 * all tell the store twice a second what they use of that cluster, and learn what they may. The store is asked nothing
 * by a broker that is alone. Where it does not answer, shares stay as they are for a while, and are even after that:
 * the others then have no more than that either, so that a limit still holds, and nobody is left with next to nothing.
 */
export class LimitSharing {
  readonly #deps: LimitSharingDeps;
  #timer: Timer | null = null;
  #expiry: Timer | null = null;
  /** When the timer is due. */
  #dueMs = 0;
  #isAsking = false;
  #isHurried = false;
  #isStopped = false;
  #hasFailed = false;
  #countedMs = Number.NEGATIVE_INFINITY;
  /** Clusters of which somebody has told something, as of the last answer. */
  #shared: ReadonlySet<string> = new Set();
  /** Where the next round begins, while there are more than may be told of at once. */
  #turn = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(deps: LimitSharingDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#askAfter(shareLimitsEveryMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#expiry?.cancel();
    this.#wake();
  }

  /** Somebody wants more than he may use here: the store is asked soon. */
  hurry(): void {
    this.#isHurried = true;
    if (!this.#isAsking) this.#askAfter(shareAskGapMs);
  }

  /** Waits, for a while, until the cluster may have one more connection here, or has as many as it may have in all. */
  async waitForConnection(cluster: LogicalCluster): Promise<void> {
    const { shares, connections } = cluster;
    if (shares.waiting >= shareWaitersPerClusterMax) return;
    shares.waiting += 1;
    let isOver = false;
    const timer = this.#deps.deps.clock.after(shareWaitMsMax, () => {
      isOver = true;
      this.#wake();
    });
    while (!isOver && !this.#isStopped && cluster.admission('connectionsMax', connections.size) === 'soon') {
      if (shares.short.size > 0) this.hurry();
      // Until the store was asked anew, whether or not it has answered.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    timer.cancel();
    shares.waiting -= 1;
  }

  /** Or sooner, where that is due already. */
  #askAfter(ms: number): void {
    if (this.#isStopped) return;
    const { clock } = this.#deps.deps;
    const dueMs = clock.monotonicMs() + ms;
    if (this.#timer !== null && this.#dueMs <= dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = clock.after(ms, () => {
      this.#timer = null;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#isHurried = false;
    const waiting = this.#waiting.splice(0);
    try {
      if (this.#deps.hasOthers()) await this.#exchange();
      this.#hasFailed = false;
    } catch (cause) {
      // The next question follows soon; a store that is away is told of once.
      if (!this.#hasFailed) this.#deps.deps.log.warn('limits.not-shared', {}, cause);
      this.#hasFailed = true;
    } finally {
      this.#isAsking = false;
    }
    for (const resume of waiting) resume();
    this.#askAfter(this.#isHurried ? shareAskGapMs : shareLimitsEveryMs);
  }

  #wake(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  async #exchange(): Promise<void> {
    const much = await this.#look();
    const told = this.#nextOf([...this.#shared, ...much]);
    const answers = await this.#tell(told);
    if (answers === null) return;
    // What another has told of is told at once by those who have not: it waits for them.
    const known = new Set(told);
    const news = answers.map(({ clusterId }) => clusterId).filter((clusterId) => !known.has(clusterId));
    if (news.length > 0) await this.#tell(news.slice(0, toldClustersMax));
  }

  /** As many as may be told of at once; where there are more, the others have their turn in the next rounds. */
  #nextOf(clusterIds: readonly string[]): readonly string[] {
    if (clusterIds.length <= toldClustersMax) return clusterIds;
    const first = this.#turn % clusterIds.length;
    this.#turn = first + toldClustersMax;
    return [...clusterIds.slice(first), ...clusterIds.slice(0, first)].slice(0, toldClustersMax);
  }

  async #tell(clusterIds: readonly string[]): Promise<readonly LimitShares[] | null> {
    const life = this.#deps.life();
    if (life === null) return null;
    const told = clusterIds.flatMap((clusterId) => this.#useOf(clusterId));
    const answered = await this.#deps.deps.metadata.shareLimits(life, told);
    // Another broker has taken the id: its life says so, and ends this one.
    if (!answered.ok || this.#isStopped) return null;
    this.#apply(answered.value);
    this.#expiry?.cancel();
    this.#expiry = this.#deps.deps.clock.after(sharesKeptMs, () => this.#expire());
    return answered.value.filter(({ clusterId }) => this.#deps.clusters().has(clusterId));
  }

  #apply(answers: readonly LimitShares[]): void {
    const clusters = this.#deps.clusters();
    const named = new Set(answers.map(({ clusterId }) => clusterId));
    for (const clusterId of this.#shared) if (!named.has(clusterId)) clusters.get(clusterId)?.setShares(null);
    for (const answer of answers) clusters.get(answer.clusterId)?.setShares(answer);
    this.#shared = named;
  }

  #expire(): void {
    const clusters = this.#deps.clusters();
    for (const clusterId of this.#shared) clusters.get(clusterId)?.expireShares();
    if (this.#shared.size > 0)
      this.#deps.deps.log.warn('limits.shares.expired', { clusters: this.#shared.size });
  }

  /** Looks at all clusters, and names those that nobody has told of and that use more here than others need not know. */
  async #look(): Promise<readonly string[]> {
    const { clock } = this.#deps.deps;
    const nowMs = clock.monotonicMs();
    // What is stored, and groups, change slowly and take a while to count.
    const isTimeForAll = nowMs - this.#countedMs >= stocksCountedEveryMs;
    if (isTimeForAll) this.#countedMs = nowMs;
    const much: string[] = [];
    let looked = 0;
    for (const [clusterId, cluster] of this.#deps.clusters()) {
      const isShared = this.#shared.has(clusterId);
      for (const rate of rateLimits) cluster.demands[rate].look(cluster.rates[rate], nowMs);
      cluster.clientQuotas.look(nowMs);
      if (isTimeForAll || isShared) {
        cluster.countStoredBytes();
        if (cluster.accounts.groups.bytes > 0) cluster.shares.groups = this.#deps.groupCount(clusterId);
      }
      if (!isShared && usesMuch(cluster)) much.push(clusterId);
      looked += 1;
      if (looked % clustersPerTurn === 0) await new Promise<void>((resolve) => clock.soon(resolve));
    }
    return much;
  }

  #useOf(clusterId: string): ToldUse[] {
    const cluster = this.#deps.clusters().get(clusterId);
    if (cluster === undefined) return [];
    const uses = usesOf(cluster);
    cluster.shares.short.clear();
    return [{ clusterId, uses, clients: cluster.clientQuotas.uses() }];
  }
}
