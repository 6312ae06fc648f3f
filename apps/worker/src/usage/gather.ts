interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

export interface GatherOptions<Item> {
  /** All of them, or, where it rejects, none. */
  readonly run: (items: readonly Item[]) => Promise<void>;
  /** What an item weighs, and what those of one run weigh at most; the first may weigh more. */
  readonly weightOf: (item: Item) => number;
  readonly weightMax: number;
  /** Whether one of the items may be why it failed. */
  readonly isOfItem: (cause: unknown) => boolean;
}

/**
 * Does together what is asked for while the run before is under way: who asks waits for nobody, and many cost about what
 * one does. Where a run fails by one of its items, each is tried alone, so that one that cannot be done keeps no other
 * from it.
 */
export class Gather<Item> {
  readonly #options: GatherOptions<Item>;
  readonly #waiting: Waiting<Item>[] = [];
  #isRunning = false;

  constructor(options: GatherOptions<Item>) {
    this.#options = options;
  }

  /** Resolves when it is done; rejects with why it alone could not be. */
  add(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    // What comes in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#take();
      if (!(await this.#isSettled(batch))) for (const one of batch) await this.#isSettled([one]);
    }
    this.#isRunning = false;
  }

  #take(): readonly Waiting<Item>[] {
    const { weightMax, weightOf } = this.#options;
    let weight = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      weight += weightOf(item);
      if (count > 0 && weight > weightMax) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Whether those who wait have heard: not where one of several may be why it failed. */
  async #isSettled(batch: readonly Waiting<Item>[]): Promise<boolean> {
    try {
      await this.#options.run(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (cause) {
      if (batch.length > 1 && this.#options.isOfItem(cause)) return false;
      for (const { reject } of batch) reject(cause);
    }
    return true;
  }
}
