import type { Partition } from '../partition/partition.ts';
import { type CatchUpFigures, Fetcher, type FetcherDeps } from './fetcher.ts';

/** Keeps each partition that this broker follows with the fetcher of its leader. */
export class Fetchers {
  readonly #deps: FetcherDeps;
  /** Of this life of the broker: a connection that is made anew does not begin anew with it. */
  #said = 0;
  readonly #byLeader = new Map<number, Fetcher>();
  /** Which fetcher has a partition. */
  readonly #of = new Map<Partition, Fetcher>();
  #isStopped = false;
  readonly figures: CatchUpFigures = { begun: 0, ended: 0 };

  constructor(deps: Omit<FetcherDeps, 'nextSaid' | 'figures'>) {
    const nextSaid = () => {
      this.#said += 1;
      return this.#said;
    };
    this.#deps = { ...deps, nextSaid, figures: this.figures };
  }

  /** Partitions that catch up on what leaders have on disk only. */
  get catchingUpCount(): number {
    let count = 0;
    for (const fetcher of this.#byLeader.values()) count += fetcher.catchingUpCount;
    return count;
  }

  /** The partition's row has changed, or it is new. */
  sync(partition: Partition): void {
    if (this.#isStopped) return;
    const fetcher = partition.isFollower ? this.#to(partition.record.leader) : null;
    const before = this.#of.get(partition);
    if (before !== undefined && before !== fetcher) this.#leave(partition, before);
    if (fetcher === null) return;
    this.#of.set(partition, fetcher);
    fetcher.follow(partition);
  }

  /** The partition is not here any more. */
  remove(partition: Partition): void {
    const fetcher = this.#of.get(partition);
    if (fetcher !== undefined) this.#leave(partition, fetcher);
  }

  #to(leader: number): Fetcher {
    const known = this.#byLeader.get(leader);
    if (known !== undefined) return known;
    const fetcher = new Fetcher(this.#deps, leader);
    this.#byLeader.set(leader, fetcher);
    return fetcher;
  }

  #leave(partition: Partition, fetcher: Fetcher): void {
    fetcher.unfollow(partition);
    this.#of.delete(partition);
    if (fetcher.partitionCount > 0) return;
    fetcher.close();
    for (const [leader, each] of this.#byLeader) if (each === fetcher) this.#byLeader.delete(leader);
  }

  stop(): void {
    this.#isStopped = true;
    for (const fetcher of this.#byLeader.values()) fetcher.close();
  }
}
