import { addingReplicas } from '@weir/metadata-store/reassignment';
import { handOverEveryMs, handOversAtOnceMax, preferredLeadersEveryMs } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import { handOver } from '../partition/hand-over.ts';
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
 * auto.leader.rebalance.enable. Who is to let go of a partition hands it over as soon as another one may have it.
 */
export class PreferredLeaders {
  readonly #deps: PreferredLeadersDeps;
  /** Whose preferred replica was in sync at the last look: it is given a while to stay so. */
  #seen = new Set<Partition>();
  #lookedMs = 0;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(deps: PreferredLeadersDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = this.#deps.deps.clock.after(handOverEveryMs, () => {
      void this.#round().finally(() => this.#isStopped || this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #round(): Promise<void> {
    const leaving = [...this.#deps.partitions()].filter((partition) => this.#heirOf(partition) !== null);
    await this.#handOverAll(leaving, (partition) => this.#heirOf(partition));
    const { clock } = this.#deps.deps;
    if (clock.monotonicMs() - this.#lookedMs < preferredLeadersEveryMs) return;
    this.#lookedMs = clock.monotonicMs();
    const due = [...this.#deps.partitions()].filter((partition) => this.#preferredOf(partition) !== null);
    const again = due.filter((partition) => this.#seen.has(partition));
    this.#seen = new Set(due);
    await this.#handOverAll(again, (partition) => this.#preferredOf(partition));
  }

  /** Who leads next what this broker is to let go of, now that all that were added are in sync; null: nobody yet. */
  #heirOf({ record, hasBegun }: Partition): number | null {
    const { reassignment, leader, isr } = record;
    if (!hasBegun || reassignment === null || reassignment.to.includes(leader)) return null;
    if (!addingReplicas(record).every((brokerId) => isr.includes(brokerId))) return null;
    return reassignment.to.find((brokerId) => isr.includes(brokerId) && this.#deps.isLive(brokerId)) ?? null;
  }

  #preferredOf({ record, hasBegun }: Partition): number | null {
    const { replicas, leader, isr } = record;
    const [preferred] = replicas;
    if (!hasBegun || preferred === undefined || preferred === leader) return null;
    return isr.includes(preferred) && this.#deps.isLive(preferred) ? preferred : null;
  }

  async #handOverAll(
    partitions: readonly Partition[],
    successorOf: (partition: Partition) => number | null,
  ): Promise<void> {
    for (let at = 0; at < partitions.length && !this.#isStopped; at += handOversAtOnceMax)
      await this.#handOver(partitions.slice(at, at + handOversAtOnceMax), successorOf);
  }

  async #handOver(
    partitions: readonly Partition[],
    successorOf: (partition: Partition) => number | null,
  ): Promise<void> {
    const left = await handOver(this.#deps, partitions, successorOf);
    const { log } = this.#deps.deps;
    log.info('leaders.handed-over', { partitions: partitions.length - left.length, kept: left.length });
  }
}
