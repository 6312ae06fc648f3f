import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import type { BrokerLifeId, LeaseLeft, MetadataStore } from '@weir/metadata-store/port';
import { electionEveryMs, electionSpreadMs, leaseOverdueMs } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';

export interface ElectionsDeps {
  readonly deps: Pick<Deps, 'clock' | 'log' | 'random'> & {
    readonly metadata: Pick<MetadataStore, 'electLeaders'>;
  };
  /** This life of the broker; null while it has none. */
  life(): BrokerLifeId | null;
  /** Whether there is anybody else in the cell. */
  hasOthers(): boolean;
  /** Who has missed a renewal of its lease, as the last look found; nobody where there was no answer. */
  overdue(brokerIds: ReadonlySet<number>): void;
}

const nobody: ReadonlySet<number> = new Set();

/**
 * Looks from time to time whether a broker of the cell is gone, and has the store give its partitions to others. All
 * brokers do so, at moments of their own, and when a lease may run out; the store lets one of them do the work. There
 * is no controller to lose.
 */
export class Elections {
  readonly #deps: ElectionsDeps;
  #timer: Timer | null = null;
  #isStopped = false;
  #hasFailed = false;

  constructor(deps: ElectionsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#lookIn(this.#someTime());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #lookIn(waitMs: number): void {
    if (this.#isStopped) return;
    this.#timer = this.#deps.deps.clock.after(waitMs, () => {
      void this.#propose().then((leases) => this.#lookIn(this.#waitMs(leases)));
    });
  }

  #someTime(): number {
    return electionEveryMs / 2 + this.#deps.deps.random.below(electionEveryMs);
  }

  /** Until somebody may have missed a renewal, or a lease may have run out, where that is soon. */
  #waitMs(leases: readonly LeaseLeft[]): number {
    const moments = leases.flatMap(({ leftMs }) => [leftMs, leftMs - (brokerLeaseMs - leaseOverdueMs)]);
    const soonest = Math.min(...moments.filter((inMs) => inMs > 0));
    return Math.min(this.#someTime(), soonest + 1 + this.#deps.deps.random.below(electionSpreadMs));
  }

  /** Resolves with how long the others' leases last; never rejects. */
  async #propose(): Promise<readonly LeaseLeft[]> {
    const { metadata, log } = this.#deps.deps;
    let leases: readonly LeaseLeft[] = [];
    try {
      for (let isComplete = false; !isComplete && !this.#isStopped; ) {
        const life = this.#deps.life();
        if (life === null || !this.#deps.hasOthers()) break;
        const elected = await metadata.electLeaders(life);
        this.#hasFailed = false;
        if (!elected.ok) break;
        const { fencedBrokers, partitionsChanged } = elected.value;
        if (fencedBrokers.length > 0) log.warn('brokers.fenced', { brokerIds: fencedBrokers.join(',') });
        if (partitionsChanged > 0) log.info('leaders.elected', { partitions: partitionsChanged });
        leases = elected.value.leases.filter(({ brokerId }) => brokerId !== life.brokerId);
        isComplete = elected.value.isComplete;
      }
    } catch (cause) {
      // The next look follows soon; a store that is away is told of once.
      if (!this.#hasFailed) log.warn('election.failed', {}, cause);
      this.#hasFailed = true;
    }
    const overdue = leases.filter(({ leftMs }) => leftMs < brokerLeaseMs - leaseOverdueMs);
    this.#deps.overdue(overdue.length === 0 ? nobody : new Set(overdue.map(({ brokerId }) => brokerId)));
    return leases;
  }
}
