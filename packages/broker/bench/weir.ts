import { join } from 'node:path';
import type { Contestant } from './contestant.ts';

const bundle = join(import.meta.dirname, '../../../apps/broker/dist/standalone.js');

/** As every broker is started: the launcher's, and `npm run broker`. */
const heapFlags = ['--initial-old-space-size=128', '--min-semi-space-size=16'];

/** The standalone broker, as `npm run broker` runs it. */
export function weir(flush: 'os' | 'every', port: number): Contestant {
  return {
    name: 'Weir',
    flush,
    isOurs: true,
    port,
    prepare: () => Promise.resolve(),
    command: (dataDir) => [
      process.execPath,
      ...heapFlags,
      bundle,
      '--port',
      String(port),
      '--data-dir',
      dataDir,
      '--flush',
      flush === 'os' ? 'os' : 'group',
    ],
  };
}
