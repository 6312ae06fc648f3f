import type { Mutant } from './mutant.ts';

const transactions = 'packages/broker/src/coordinator/transactions.ts';
const runtime = 'packages/broker/src/coordinator/shard-runtime.ts';
const open = 'packages/broker/src/partition/open-transactions.ts';
const check = 'packages/broker/src/partition/transaction-check.ts';
const recovery = 'packages/broker/src/log/recovery.ts';

const alone = { brokers: 1, hasJournal: true } as const;
const inCell = { hasJournal: true } as const;

/** In transactions: who ends them, who hears of it, and what of them is read. */
export const mutantsOfTransactions: readonly Mutant[] = [
  {
    ...alone,
    name: 'marker-missing-in-one-partition',
    what: 'Of the partitions of a transaction the second counts as marked without its marker.',
    file: transactions,
    before: 'if (await this.#endOne(clusterId, end, place, isStillWanted)) ended.push(place);',
    after: `const isSkipped = place.topic !== offsetsTopic && place.partition === 1;
      if (isSkipped || (await this.#endOne(clusterId, end, place, isStillWanted))) ended.push(place);`,
  },
  {
    ...alone,
    name: 'stable-up-to-the-last-producer',
    what: 'The last stable offset knows of the transaction alone that was begun last.',
    file: open,
    before: 'return this.#open.values().next().value ?? null;',
    after: 'return [...this.#open.values()].at(-1) ?? null;',
  },
  {
    ...inCell,
    name: 'stable-before-the-marker-is-committed',
    what: 'A transaction counts as decided as soon as its marker is in the leader’s log.',
    file: open,
    before: 'this.#ended.push({ firstOffset, markerOffset });',
    after: '',
  },
  {
    ...alone,
    name: 'open-transactions-forgotten-by-a-start',
    what: 'A start does not learn from its snapshot which transactions were open.',
    file: 'packages/broker/src/partition/producer-ledger.ts',
    before: 'this.transactions.restore(open);',
    after: '',
  },
  {
    ...alone,
    name: 'aborted-index-forgotten-by-a-start',
    what: 'What a segment’s index says of aborted transactions is not read by a start.',
    file: recovery,
    before: 'if (indexed.has(base)) await recoverAborted(segment, point);',
    after: 'if (indexed.has(base)) segment.aborted.startAnew();',
  },
  {
    ...alone,
    name: 'aborted-unlearnt-behind-the-recovery-point',
    what: 'Of transactions that were aborted behind the recovery point a start learns nothing.',
    file: recovery,
    before: 'if (aborted !== null) segment.addAborted(aborted);',
    after: 'if (aborted !== null && segment.baseOffset < 0) segment.addAborted(aborted);',
  },
  {
    ...alone,
    name: 'epoch-outlives-the-time-out',
    what: 'Who is aborted by the coordinator keeps its epoch, and goes on as if nothing were.',
    file: 'packages/broker/src/transaction/end-transaction.ts',
    before: 'const fencing = Math.min(producerEpoch + protocol, epochMax);',
    after: 'const fencing = Math.min(producerEpoch, epochMax) + 0 * protocol;',
  },
  {
    ...inCell,
    name: 'commit-answered-before-it-is-committed',
    what: 'A coordinator answers before the others have what it decided.',
    file: runtime,
    before: `tells of all.
    this.#replyWhenWritten(machine, outcome);`,
    after: `tells of all.
    this.#reply(outcome);`,
  },
  {
    ...alone,
    name: 'decided-and-forgotten',
    what: 'A coordinator that begins anew does not write the markers of what was decided before.',
    file: 'packages/broker/src/transaction/shard.ts',
    before: 'else if (isPrepared(state)) this.table.deadlines.set(transaction.deadline, now.monotonicMs);',
    after: '',
  },
  {
    ...alone,
    name: 'coordinator-waits-to-be-asked',
    what: 'A coordinator that was given up comes back only when somebody asks for something.',
    file: runtime,
    before: 'if (this.#stopped || this.#reload !== null) return;',
    after: 'if (this.#stopped || this.#reload === null) return;',
  },
  {
    ...alone,
    name: 'write-unverified',
    what: 'A partition takes the first batch of a transaction without asking its coordinator.',
    file: check,
    before: 'return producer >= 0 && !(isOpen && ledger.epochOf(producer) === producerEpoch(batch, 0));',
    after: 'return producer >= 0 && isOpen && ledger.epochOf(producer) !== producerEpoch(batch, 0);',
  },
  {
    ...alone,
    name: 'offsets-of-the-aborted-count',
    what: 'What a transaction has brought of offsets counts however it ends.',
    file: 'packages/broker/src/group/transactional-offsets.ts',
    before: 'if (isCommit) step.record(',
    after: 'step.record(',
  },
];
