import type { Heap, Log } from '../deps.ts';
import { heapShareCritical, heapShareHigh, heapShareLow } from '../limits.ts';

export interface HeapGuardEvents {
  /**
   * The heap is nearly full: let go of what can be had again, refuse what grows. Again after each collection
   * that finds it so; `isCritical`: it is full but for a rest.
   */
  high(isCritical: boolean): void;
  /** There is room again. */
  low(): void;
}

/**
 * Meets a heap that fills before it ends the process. What is looked at is what a major collection left:
 * anything sooner counts garbage.
 */
export class HeapGuard {
  readonly #stop: () => void;
  #isHigh = false;
  usedBytes = 0;
  limitBytes = 0;

  constructor(heap: Heap, log: Pick<Log, 'warn' | 'info'>, events: HeapGuardEvents) {
    this.#stop = heap.onCollected((usedBytes, limitBytes) => {
      this.usedBytes = usedBytes;
      this.limitBytes = limitBytes;
      const share = usedBytes / limitBytes;
      if (share >= heapShareHigh) {
        if (!this.#isHigh) log.warn('heap.high', { usedBytes, limitBytes });
        this.#isHigh = true;
        events.high(share >= heapShareCritical);
      } else if (this.#isHigh && share < heapShareLow) {
        log.info('heap.low', { usedBytes, limitBytes });
        this.#isHigh = false;
        events.low();
      }
    });
  }

  get isHigh(): boolean {
    return this.#isHigh;
  }

  stop(): void {
    this.#stop();
  }
}
