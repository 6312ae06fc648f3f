import type { Mutant } from './mutant.ts';

const rules = 'packages/metadata-store/src/partition-rules.ts';
const lives = 'packages/metadata-store/src/broker-rules.ts';

/** In what the brokers of a cell agree on. */
export const mutantsOfTheStore: readonly Mutant[] = [
  {
    name: 'epoch-outlives-restart',
    what: 'A leader that has restarted leads on in the epoch of its former life.',
    file: rules,
    before: 'return { ...next, leaderEpoch: record.leaderEpoch + 1 };',
    after: 'return ifChanged(record, next);',
  },
  {
    name: 'join-of-a-former-life',
    what: 'Who joins an ISR is neither asked whether it lives nor in which life it fetched.',
    file: rules,
    before: `  if (!isCountedOn(brokers, brokerId)) return refuse('is fenced');
  const current = brokers.get(brokerId)?.bootEpoch;
  if (record.isr.includes(brokerId) || current === bootEpoch) return null;`,
    after: `  const current = brokers.get(brokerId)?.bootEpoch;
  if (current !== undefined) return null;`,
  },
  {
    name: 'any-replica-is-eligible',
    what: 'Of an empty ISR any replica may lead next, whatever it has.',
    file: rules,
    before: 'const mayLead = (isr.length > 0 ? isr : outside)',
    after: 'const mayLead = (isr.length > 0 ? isr : record.replicas)',
  },
  {
    name: 'any-replica-leads',
    what: 'The first replica that lives leads, though it is not in the ISR.',
    file: rules,
    before:
      'record.replicas.find((brokerId) => mayLead.includes(brokerId) && isCountedOn(brokers, brokerId))',
    after: 'record.replicas.find((brokerId) => isCountedOn(brokers, brokerId))',
  },
  {
    name: 'eligible-for-ever',
    what: 'Who was eligible stays it while the ISR commits without it.',
    file: rules,
    before: 'nextIsr.length >= committingReplicas(record, configs)',
    after: 'nextIsr.length >= Math.max(committingReplicas(record, configs), record.replicas.length)',
  },
  {
    name: 'lost-disk-stays-eligible',
    what: 'A broker that comes without its disk leaves the ISR, and stays eligible.',
    file: rules,
    before: '!isr.includes(brokerId) && brokerId !== without.lost);',
    after: '!isr.includes(brokerId));',
  },
  {
    name: 'no-compare-and-set',
    what: 'A change of a row is made whatever the row has become meanwhile.',
    file: rules,
    before: 'if (record.partitionEpoch !== change.expectedPartitionEpoch) {',
    after: 'if (record.partitionEpoch < change.expectedPartitionEpoch) {',
  },
  {
    name: 'empty-directory-leads',
    what: 'That a broker comes with another directory, or with one that has missed a life, is not noticed.',
    file: lives,
    before: 'const isDirectoryLost = isAnother || isOld || isSetBack || hasLostWrites;',
    after: "const isDirectoryLost = (isAnother || isOld || isSetBack) && directoryId === '';",
  },
  {
    name: 'cut-off-proposer',
    what: 'Who has not renewed its own lease may say of others that they have not.',
    file: lives,
    before: 'if (isSteady) return null;',
    after: 'if (isSteady || lease !== null) return null;',
  },
];
