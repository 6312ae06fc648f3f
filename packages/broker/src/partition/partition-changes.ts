import type { BrokerLifeId, MetadataStore, PartitionChange } from '@weir/metadata-store/port';
import { isrGrowthGatheredMs, replicaLagCheckMs, rowChangesAtOnceMax } from '../cell-limits.ts';
import type { Deps, Timer } from '../deps.ts';
import type { Partition } from './partition.ts';

export interface PartitionChangesDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'> & { readonly metadata: Pick<MetadataStore, 'alterPartitions'> };
  /** This life of the broker; null before it has registered. */
  life(): BrokerLifeId | null;
  /** All partitions of which this broker has a replica. */
  partitions(): Iterable<Partition>;
  /** Whether the cell counts on that life of a broker, so that it may be in sync. */
  mayJoin(life: BrokerLifeId): boolean;
  pictureIsOld(): void;
}

interface Asked {
  readonly partition: Partition;
  readonly change: PartitionChange;
}

/**
 * Has the store agree to what leaders want of their partitions: who is in sync, and new terms. One question is
 * under way at a time, for as many partitions as there are by then (KIP-497).
 */
export class PartitionChanges {
  readonly #deps: PartitionChangesDeps;
  readonly #looked = new Set<Partition>();
  /** Those whose question waits for others. */
  readonly #gathered = new Set<Partition>();
  #gathering: Timer | null = null;
  #isAsking = false;
  #isScheduled = false;
  #isStopped = false;
  #round: Timer | null = null;

  constructor(deps: PartitionChangesDeps) {
    this.#deps = deps;
  }

  /** Looks at all partitions from time to time, and at those that somebody names soon. */
  start(): void {
    this.#round = this.#deps.deps.clock.after(replicaLagCheckMs, () => {
      for (const partition of this.#deps.partitions())
        if (partition.isLeader && partition.isReplicated) this.look(partition);
      if (!this.#isStopped) this.start();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#round?.cancel();
    this.#gathering?.cancel();
  }

  /** The leader of this partition may want something. */
  look(partition: Partition): void {
    this.#looked.add(partition);
    if (this.#isScheduled || this.#isAsking) return;
    this.#isScheduled = true;
    this.#deps.deps.clock.soon(() => {
      this.#isScheduled = false;
      void this.#askAll();
    });
  }

  /**
   * A follower that is not in sync may now be. Nobody waits for that, so a broker that comes back with thousands of
   * partitions, one after the other, is told of in a few questions instead of thousands.
   */
  lookForGrowth(partition: Partition): void {
    this.#gathered.add(partition);
    this.#gathering ??= this.#deps.deps.clock.after(isrGrowthGatheredMs, () => {
      this.#gathering = null;
      for (const each of this.#gathered) this.look(each);
      this.#gathered.clear();
    });
  }

  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#looked.size > 0 && !this.#isStopped) {
      const life = this.#deps.life();
      const asked = life === null ? [] : this.#take();
      if (life === null || asked.length === 0 || !(await this.#ask(life, asked))) break;
    }
    this.#isAsking = false;
  }

  #take(): Asked[] {
    const taken: Asked[] = [];
    for (const partition of this.#looked) {
      if (taken.length === rowChangesAtOnceMax) break;
      this.#looked.delete(partition);
      const to = partition.wantedChange((life) => this.#deps.mayJoin(life));
      if (to === null) continue;
      const { topicId, index, record } = partition;
      const expectedPartitionEpoch = record.partitionEpoch;
      taken.push({ partition, change: { topicId, partition: index, expectedPartitionEpoch, to } });
    }
    return taken;
  }

  /** False where it is not known what became of it: the next round asks again. */
  async #ask(life: BrokerLifeId, asked: readonly Asked[]): Promise<boolean> {
    const { metadata, log } = this.#deps.deps;
    const changes = asked.map(({ change }) => change);
    try {
      const answer = await metadata.alterPartitions(life, changes);
      if (!answer.ok) {
        for (const { partition } of asked) partition.changeUnknown();
        log.warn('partition.changes.refused', { what: answer.message });
        return false;
      }
      let isOld = false;
      for (const [at, { partition, change }] of asked.entries()) {
        const outcome = answer.value[at];
        if (outcome === undefined)
          throw new Error('the store answered for fewer partitions than it was asked for');
        partition.changeAnswered(outcome);
        if (!outcome.ok) isOld = true;
        const fields = {
          dir: partition.dir,
          to: change.to.kind,
          outcome: outcome.ok ? 'done' : outcome.refusal,
        };
        log.info('partition.changed', { ...fields, isr: partition.record.isr.join(',') });
      }
      if (isOld) this.#deps.pictureIsOld();
      return true;
    } catch (cause) {
      for (const { partition } of asked) partition.changeUnknown();
      log.warn('partition.changes.unknown', { partitions: asked.length }, cause);
      return false;
    }
  }
}
