import type { Mutant } from './mutant.ts';

const partition = 'packages/broker/src/partition/partition.ts';

/** In what a broker does that has started without its store. */
export const mutantsOfWaiting: readonly Mutant[] = [
  {
    name: 'waiting-broker-appends',
    what: 'A broker that has not registered begins a term in what it led, and takes records.',
    file: partition,
    before: 'if (!this.isLeader || isUnregistered || this.#epochIsOver',
    after: 'if (!this.isLeader || this.#epochIsOver',
  },
  {
    name: 'waiting-broker-shows-all',
    what: 'A broker that has not registered lets read all that is in its logs.',
    file: 'packages/broker/src/partition/known-committed.ts',
    before: 'const isWhole = isUnregistered !== true || record.replicas.length > 1 || written > 0;',
    after: 'const isWhole = isUnregistered !== true;\n  if (!isWhole) return log.endOffset;',
  },
  {
    name: 'waiting-broker-tells-the-end',
    what: 'A broker that has not registered tells where its logs end, as if nobody had led since.',
    file: partition,
    before: 'if (term === null) return this.#environment.isUnregistered !== true;',
    after: 'if (term === null) return true;',
  },
];
