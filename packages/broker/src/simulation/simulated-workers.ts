import { pbkdf2Sync } from 'node:crypto';
import { runNameMatch } from '../consumer-group/name-match.ts';
import type { Workers } from '../deps.ts';
import { runCompactionTask } from '../log/compaction-task.ts';
import { loadedCompression } from '../log/compression-loader.ts';
import { runRecodeTask } from '../partition/recode-task.ts';
import { runRecordTask } from '../partition/record-task.ts';
import type { World } from './world.ts';

/** Does the work at once, and answers after as much simulated time as it might take. */
export function simulatedWorkers(sleep: (ms: number) => Promise<void>, world: World): Workers {
  return {
    async records(_, task) {
      const answer = runRecordTask(task, loadedCompression());
      await sleep(world.delay(0.1, 20));
      return answer;
    },
    async recode(_, task) {
      const answer = runRecodeTask(task, loadedCompression());
      await sleep(world.delay(0.1, 20));
      return answer;
    },
    async compact(_, task) {
      const answer = runCompactionTask(task, loadedCompression());
      await sleep(world.delay(0.1, 20));
      return answer;
    },
    async matchNames(_, task) {
      const topics = runNameMatch(task);
      await sleep(world.delay(0.1, 20));
      return topics;
    },
    async deriveKey(_, { secret, salt, iterations, bytes, digest }) {
      const key = pbkdf2Sync(secret, salt, iterations, bytes, digest);
      await sleep(world.delay(1, 20));
      return key;
    },
  };
}
