import type { Mutant } from './mutants/mutant.ts';
import { mutantsOfFollowers } from './mutants/of-followers.ts';
import { mutantsOfLeaders } from './mutants/of-leaders.ts';
import { mutantsOfMoves } from './mutants/of-moves.ts';
import { mutantsOfReaders } from './mutants/of-readers.ts';
import { mutantsOfRemoval } from './mutants/of-removal.ts';
import { mutantsOfTheStore } from './mutants/of-the-store.ts';
import { mutantsOfTransactions } from './mutants/of-transactions.ts';
import { mutantsOfWaiting } from './mutants/of-waiting.ts';

/**
 * Bugs in the engine's own rules, which the simulation of a cell has to find. They are switches of the tests: the
 * product knows nothing of them.
 */
export const mutants: readonly Mutant[] = [
  ...mutantsOfTheStore,
  ...mutantsOfLeaders,
  ...mutantsOfFollowers,
  ...mutantsOfReaders,
  ...mutantsOfMoves,
  ...mutantsOfWaiting,
  ...mutantsOfTransactions,
  ...mutantsOfRemoval,
];
