import { join } from 'node:path';
import { brokerHeapFlags } from '@weir/runtime/memory-plan';
import type { Contestant } from './contestant.ts';

const bundle = join(import.meta.dirname, '../../../apps/broker/dist/standalone.js');

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
      ...brokerHeapFlags,
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
