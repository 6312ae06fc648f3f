import type { Mutant } from './mutant.ts';

const reassignment = 'packages/metadata-store/src/reassignment.ts';
const rules = 'packages/metadata-store/src/reassignment-rules.ts';

/** In how replicas are moved from some brokers to others. */
export const mutantsOfMoves: readonly Mutant[] = [
  {
    name: 'move-ends-before-all-are-in-sync',
    what: 'The brokers of the target count as in sync when the move begins.',
    file: reassignment,
    before: 'const isr = record.isr.filter((brokerId) => to.includes(brokerId));',
    after: 'const isr = to.filter((brokerId) => record.replicas.includes(brokerId));',
  },
  {
    name: 'move-takes-away-who-leads',
    what: 'A move ends while who is to go still leads.',
    file: reassignment,
    before: 'isr.includes(record.leader) &&',
    after: 'isr.length > 0 &&',
  },
  {
    name: 'added-again-counts-as-before',
    what: 'A broker that becomes a replica again in the same term is taken to have what it had.',
    file: rules,
    before: 'return hasNew && isSameTerm ?',
    after: 'return hasNew && next.leader === -2 ?',
  },
  {
    name: 'move-takes-away-who-alone-has-it',
    what: 'A target that takes another’s place, or a cancellation, leaves replicas that lack what was committed.',
    file: rules,
    before: 'isr: record.isr.filter(isReplica),',
    after: 'isr: record.isr.some(isReplica) ? record.isr.filter(isReplica) : replicas,',
  },
  {
    name: 'replica-comes-back-into-its-old-directory',
    what: 'A log is opened while what was there before is being removed.',
    file: 'packages/broker/src/partition/replica.ts',
    before: 'await this.#deps.vacating.whenFree(this.dir);',
    after: '',
  },
  {
    name: 'minimum-of-before-the-move',
    what: 'A partition that got more replicas commits as many as before.',
    file: 'packages/broker/src/partition/partition-settings.ts',
    before: 'return settings.minInsyncReplicas ??',
    after: 'return Math.min(1, settings.minInsyncReplicas ?? 1) ||',
  },
];
