import type { MetadataStore } from '@weir/metadata-store/port';
import { producerIdBlockSize } from '../limits.ts';

/**
 * Hands out producer ids from blocks that the store gives to one broker only. A block is fetched ahead,
 * so that producers can start for a while when the store is away.
 */
export class ProducerIds {
  readonly #store: Pick<MetadataStore, 'allocateProducerIds'>;
  #next = 0;
  #end = 0;
  #reserve: Promise<{ first: number; count: number }> | null = null;

  constructor(store: Pick<MetadataStore, 'allocateProducerIds'>) {
    this.#store = store;
  }

  /** A producer id that nobody had before. Rejects when the store is away and no block is left. */
  async take(): Promise<number> {
    while (this.#next === this.#end) await this.#startNextBlock();
    const id = this.#next;
    this.#next += 1;
    if (this.#end - this.#next < producerIdBlockSize / 2) this.#fetchAhead();
    return id;
  }

  async #startNextBlock(): Promise<void> {
    this.#fetchAhead();
    const block = await this.#reserve;
    // Of several that waited, the first one starts the block.
    if (block === null || this.#next !== this.#end) return;
    this.#reserve = null;
    this.#next = block.first;
    this.#end = block.first + block.count;
  }

  #fetchAhead(): void {
    if (this.#reserve !== null) return;
    const reserve = this.#store.allocateProducerIds(producerIdBlockSize);
    this.#reserve = reserve;
    reserve.catch(() => {
      // Whoever needs the block sees the rejection; the next call asks the store again.
      if (this.#reserve === reserve) this.#reserve = null;
    });
  }
}
