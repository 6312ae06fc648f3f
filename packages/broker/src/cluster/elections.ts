import type { BrokerLifeId, MetadataStore } from '@weir/metadata-store/port';
import type { Deps, Timer } from '../deps.ts';
import { electionEveryMs } from '../limits.ts';

export interface ElectionsDeps {
  readonly deps: Pick<Deps, 'clock' | 'log' | 'random'> & {
    readonly metadata: Pick<MetadataStore, 'electLeaders'>;
  };
  /** This life of the broker; null while it has none. */
  life(): BrokerLifeId | null;
  /** Whether there is anybody else in the cell. */
  hasOthers(): boolean;
}

/**
 * Looks from time to time whether a broker of the cell is gone, and has the store give its partitions to others. All
 * brokers do so, at moments of their own; the store lets one of them do the work. There is no controller to lose.
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
    if (this.#isStopped) return;
    const { clock, random } = this.#deps.deps;
    const waitMs = electionEveryMs / 2 + random.below(electionEveryMs);
    this.#timer = clock.after(waitMs, () => void this.#propose().finally(() => this.start()));
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #propose(): Promise<void> {
    const { metadata, log } = this.#deps.deps;
    try {
      for (let isComplete = false; !isComplete && !this.#isStopped; ) {
        const life = this.#deps.life();
        if (life === null || !this.#deps.hasOthers()) return;
        const elected = await metadata.electLeaders(life);
        this.#hasFailed = false;
        if (!elected.ok) return;
        const { fencedBrokers, partitionsChanged } = elected.value;
        if (fencedBrokers.length > 0) log.warn('brokers.fenced', { brokerIds: fencedBrokers.join(',') });
        if (partitionsChanged > 0) log.info('leaders.elected', { partitions: partitionsChanged });
        isComplete = elected.value.isComplete;
      }
    } catch (cause) {
      // The next look follows soon; a store that is away is told of once.
      if (!this.#hasFailed) log.warn('election.failed', {}, cause);
      this.#hasFailed = true;
    }
  }
}
