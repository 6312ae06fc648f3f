import type { Workers } from './deps.ts';
import {
  keyDerivationsAtOnceMax,
  keyDerivationsWaitingPerAddressMax,
  recordTasksAtOnceMax,
  recordTasksWaitingPerClusterMax,
} from './limits.ts';
import { FairQueue } from './memory/fair-queue.ts';

/** The worker threads as the engine uses them: shared out by cluster, or by address where nobody is known yet. */
export function shareWorkers(workers: Workers): Workers {
  const records = new FairQueue({
    runningMax: recordTasksAtOnceMax,
    waitingPerOwnerMax: recordTasksWaitingPerClusterMax,
  });
  const keys = new FairQueue({
    runningMax: keyDerivationsAtOnceMax,
    waitingPerOwnerMax: keyDerivationsWaitingPerAddressMax,
  });
  return {
    records: (clusterId, task) => records.run(clusterId, () => workers.records(clusterId, task)),
    recode: (clusterId, task) => records.run(clusterId, () => workers.recode(clusterId, task)),
    // An owner of its own: what a cluster's requests ask does not wait behind it.
    compact: (clusterId, task) =>
      records.run(`compaction of ${clusterId}`, () => workers.compact(clusterId, task)),
    matchNames: (clusterId, task) =>
      records.run(`patterns of ${clusterId}`, () => workers.matchNames(clusterId, task)),
    deriveKey: (address, derivation) => keys.run(address, () => workers.deriveKey(address, derivation)),
  };
}
