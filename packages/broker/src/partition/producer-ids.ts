import type { MetadataStore } from '@weir/metadata-store/port';
import type { Clock } from '../deps.ts';
import { producerIdBlockSize, producerIdQuestionMs } from '../limits.ts';

/**
 * Hands out producer ids from blocks that the store gives to one broker only. A block is fetched ahead,
 * so that producers can start for a while when the store is away.
 */
export class ProducerIds {
  readonly #store: Pick<MetadataStore, 'allocateProducerIds'>;
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** Every id that anybody had when the store was last asked lies below. */
  #handedOutEnd = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;
  #next = 0;
  #end = 0;
  #reserve: Promise<{ first: number; count: number }> | null = null;

  constructor(
    store: Pick<MetadataStore, 'allocateProducerIds'>,
    clock: Pick<Clock, 'monotonicMs' | 'after'>,
  ) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Whether this broker knows that the id was handed out, by whichever broker. */
  isKnown(producerId: number): boolean {
    return producerId < this.#handedOutEnd;
  }

  /**
   * Whether anybody was given the id, asking the store where this broker does not know, for all who ask
   * at once and not more often than once a second. Rejects when the store is away.
   */
  async wasHandedOut(producerId: number): Promise<boolean> {
    if (this.isKnown(producerId)) return true;
    // Not the question under way: it may have been asked before the id was handed out.
    await this.#asking?.catch(() => undefined);
    if (this.isKnown(producerId)) return true;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    await this.#asking;
    return this.isKnown(producerId);
  }

  async #ask(): Promise<void> {
    const wait = this.#askedAtMs + producerIdQuestionMs - this.#clock.monotonicMs();
    if (wait > 0) await new Promise<void>((resolve) => this.#clock.after(wait, resolve));
    this.#askedAtMs = this.#clock.monotonicMs();
    // An id that nobody gets: what was handed out before lies below it.
    const { first } = await this.#store.allocateProducerIds(1);
    this.#handedOutEnd = Math.max(this.#handedOutEnd, first);
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
    this.#handedOutEnd = Math.max(this.#handedOutEnd, this.#end);
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
