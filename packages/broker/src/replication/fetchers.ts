import type { Partition } from '../partition/partition.ts';
import { Fetcher, type FetcherDeps } from './fetcher.ts';

/** Keeps each partition that this broker follows with the fetcher of its leader. */
export class Fetchers {
  readonly #deps: FetcherDeps;
  readonly #byLeader = new Map<number, Fetcher>();
  /** Which fetcher has a partition. */
  readonly #of = new Map<Partition, Fetcher>();
  #isStopped = false;

  constructor(deps: FetcherDeps) {
    this.#deps = deps;
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
