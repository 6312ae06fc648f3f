/**
 * What may happen in each state of a transactional id:
 *
 * - **Empty**: its producer has an id and an epoch, and nothing is open.
 * - **Ongoing**: partitions are part of a transaction, whose records readers of committed ones do not see. It ends by
 *   the producer's word, by the next producer of that name, or when its time is over.
 * - **PrepareCommit**, **PrepareAbort**: decided for good, which a start reads from the log. Markers are on their way to
 *   the partitions, again and again until each has its own; the producer has to wait with the next transaction.
 * - **CompleteCommit**, **CompleteAbort**: all markers are written. Like Empty, and a repeated end is answered as the first.
 *
 * An id of which nobody has heard for transactional.id.expiration.ms, and that has nothing open, is forgotten.
 */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

/** As records have it. Kafka's 6 (Dead) and 7 (PrepareEpochFence) are never written. */
const statesByCode: readonly TransactionState[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
];

export function stateCode(state: TransactionState): number {
  return statesByCode.indexOf(state);
}

/** Throws where there is none of that number. */
export function stateOf(code: number): TransactionState {
  const state = statesByCode[code];
  if (state === undefined) throw new Error(`there is no transaction state ${code}`);
  return state;
}

export function isState(name: string): name is TransactionState {
  return statesByCode.some((state) => state === name);
}

/** From each state, where a transactional id may go; Empty comes with the next producer of its name. */
const transitions: Readonly<Record<TransactionState, readonly TransactionState[]>> = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort'],
};

export function isTransition(from: TransactionState, to: TransactionState): boolean {
  return transitions[from].includes(to);
}

/** Decided, and not written everywhere. */
export function isPrepared(state: TransactionState): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}
