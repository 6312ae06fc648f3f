import type { Deps } from '../deps.ts';
import type { Partition } from '../partition/partition.ts';
import type { Vacating } from '../partition/vacating.ts';
import { type KnownPartitions, putStrayAside, removeMoved } from './stray-directories.ts';

type RemovalDeps = Pick<Deps, 'clock' | 'disk' | 'log'> & { readonly vacating: Vacating };

/** What goes from this broker's disk, as the store says that it is no longer the broker's; and what the disk holds back. */
export class Removals {
  readonly #deps: RemovalDeps;
  readonly #known: Pick<KnownPartitions, 'isKnown' | 'hasCluster'>;
  /** Directories of deleted topics that are not gone yet. */
  readonly #unremoved = new Set<string>();
  #strays: Promise<void> = Promise.resolve();
  #areStraysAside = false;
  #isStopped = false;

  constructor(deps: RemovalDeps, known: Pick<KnownPartitions, 'isKnown' | 'hasCluster'>) {
    this.#deps = deps;
    this.#known = known;
  }

  /** Puts aside what the cell does not know, beside what is served: there may be thousands of directories to look at. */
  start(): void {
    this.#strays = this.#putStrayAside();
  }

  async #putStrayAside(): Promise<void> {
    try {
      await putStrayAside(this.#deps, {
        isKnown: (clusterId, topicId, index) => this.#known.isKnown(clusterId, topicId, index),
        hasCluster: (clusterId) => this.#known.hasCluster(clusterId),
        isOver: () => this.#isStopped,
      });
      this.#areStraysAside = true;
    } catch (cause) {
      // What is stray costs room and nothing else: no reason not to serve.
      this.#deps.log.error('partition.stray.failed', {}, cause);
    }
  }

  /** What is to go, and the disk would not let go of, is tried again. */
  async again(): Promise<void> {
    for (const dir of this.#unremoved) await this.#deps.vacating.vacate(dir, () => this.#removeDeleted(dir));
    if (this.#areStraysAside || this.#isStopped) return;
    await this.#strays;
    this.start();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#strays;
    await this.#deps.vacating.whenAllFree();
  }

  /** The store says that its topic is gone, so its bytes may go too. */
  delete(partition: Partition): Promise<void> {
    this.#unremoved.add(partition.dir);
    return this.#vacate(partition, (dir) => this.#removeDeleted(dir));
  }

  async #removeDeleted(dir: string): Promise<void> {
    await this.#deps.disk.remove(dir);
    this.#unremoved.delete(dir);
  }

  /** Its replicas are elsewhere, says the store. It may come back, and then begins without what is here. */
  moveAway(partition: Partition): Promise<void> {
    return this.#vacate(partition, (dir) => removeMoved(this.#deps, dir));
  }

  #vacate(partition: Partition, remove: (dir: string) => Promise<void>): Promise<void> {
    const { vacating, log } = this.#deps;
    const { dir } = partition;
    return vacating.vacate(dir, async () => {
      // What cannot be closed in order, as on a full disk, goes all the same.
      await partition.close().catch((cause: unknown) => log.warn('partition.close.failed', { dir }, cause));
      await remove(dir);
    });
  }
}
