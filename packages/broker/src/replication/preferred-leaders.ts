import type { Deps, Timer } from '../deps.ts';
import { handOverMsMax, handOversAtOnceMax, preferredLeadersEveryMs } from '../limits.ts';
import type { Partition } from '../partition/partition.ts';

export interface PreferredLeadersDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'>;
  partitions(): Iterable<Partition>;
  /** Whether the cell counts on the broker. */
  isLive(brokerId: number): boolean;
  /** Has the store asked for what the partition wants. */
  look(partition: Partition): void;
}

/**
 * Gives partitions back to the replica that is to lead them, so that a broker that was away has its share of the
 * work again: a few at a time, and each only once all of its log is on all that are in sync. Kafka's
 * auto.leader.rebalance.enable.
 */
export class PreferredLeaders {
  readonly #deps: PreferredLeadersDeps;
  /** Whose preferred replica was in sync at the last look: it is given a while to stay so. */
  #seen = new Set<Partition>();
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(deps: PreferredLeadersDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = this.#deps.deps.clock.after(preferredLeadersEveryMs, () => {
      void this.#round().finally(() => this.#isStopped || this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #round(): Promise<void> {
    const due = [...this.#deps.partitions()].filter((partition) => this.#isDue(partition));
    const again = due.filter((partition) => this.#seen.has(partition));
    this.#seen = new Set(due);
    for (let at = 0; at < again.length && !this.#isStopped; at += handOversAtOnceMax)
      await this.#handOver(again.slice(at, at + handOversAtOnceMax));
  }

  #isDue({ record, hasBegun }: Partition): boolean {
    const preferred = record.replicas[0] ?? -1;
    return (
      hasBegun &&
      record.leader !== preferred &&
      record.isr.includes(preferred) &&
      this.#deps.isLive(preferred)
    );
  }

  async #handOver(partitions: readonly Partition[]): Promise<void> {
    const { clock, log } = this.#deps.deps;
    for (const partition of partitions) partition.hold(partition.record.replicas[0] ?? null);
    const until = clock.monotonicMs() + handOverMsMax;
    let left = partitions.filter((partition) => partition.hasBegun);
    while (left.length > 0 && clock.monotonicMs() < until) {
      for (const partition of left) if (partition.isSettled) this.#deps.look(partition);
      await new Promise<void>((resolve) => clock.after(settledLookMs, resolve));
      left = left.filter((partition) => partition.isHeld);
    }
    // Whoever is to lead does not come along: it goes on as it was.
    for (const partition of left) partition.release();
    log.info('leaders.handed-over', { partitions: partitions.length - left.length, kept: left.length });
  }
}

const settledLookMs = 10;
