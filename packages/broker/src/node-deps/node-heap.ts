import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Heap } from '../deps.ts';

/** This process's heap of objects, as V8 tells of it. */
export const nodeHeap: Heap = {
  onCollected(call) {
    const observer = new PerformanceObserver((list) => {
      const isMajor = list
        .getEntries()
        .some((entry) => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR);
      if (!isMajor) return;
      const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
      call(usedBytes, limitBytes);
    });
    observer.observe({ entryTypes: ['gc'] });
    return () => observer.disconnect();
  },
};

/** Node's types know of no detail; of a collection it is `{ kind, flags }`. */
function kindOf(entry: object): unknown {
  if (!('detail' in entry) || typeof entry.detail !== 'object' || entry.detail === null) return null;
  return 'kind' in entry.detail ? entry.detail.kind : null;
}
