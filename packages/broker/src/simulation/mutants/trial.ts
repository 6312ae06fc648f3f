import { mutants } from '../mutants.ts';
import type { Mutant } from './mutant.ts';
import { plant } from './plant.ts';

// A process of its own: it has one mutant, for as long as it lives. try-mutants.ts says with what it is started, and
// reads what it says, one line of JSON each.

/** What a trial is started with, as JSON. */
export interface TrialOrder {
  readonly name: string;
  readonly brokers: number;
  readonly from: number;
  readonly count: number;
  /** All that happens in the run is told, too. */
  readonly isTraced: boolean;
}

export type TrialNews =
  | { readonly kind: 'begins'; readonly seed: number }
  | { readonly kind: 'found'; readonly seed: number; readonly violation: string }
  | { readonly kind: 'missed' };

const tell = (news: TrialNews): void => console.log(JSON.stringify(news));

function mutantOf(name: string): Mutant {
  const mutant = mutants.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant;
}

async function run({ name, brokers, from, count, isTraced }: TrialOrder): Promise<void> {
  const mutant = mutantOf(name);
  plant(mutant);
  // Only now: what was imported before the mutant was planted would not have it.
  const { simulateCell } = await import('../simulate-cell.ts');
  const { simulate } = await import('../simulate.ts');
  for (let seed = from; seed < from + count; seed += 1) {
    // Nobody waits for it once the process that started it is gone.
    await new Promise((resolve) => setImmediate(resolve));
    tell({ kind: 'begins', seed });
    try {
      const traced = isTraced ? { trace: (line: string) => console.log(line) } : {};
      const of = { seed, ...traced, ...(mutant.hasJournal === true ? { hasJournal: true } : {}) };
      await (mutant.brokers === 1 ? simulate(of) : simulateCell(of, brokers));
    } catch (cause) {
      if (isTraced) console.log(cause);
      tell({ kind: 'found', seed, violation: cause instanceof Error ? cause.message : String(cause) });
      return;
    }
  }
  tell({ kind: 'missed' });
}

process.stdin.once('end', () => process.exit(1)).resume();
const [order = ''] = process.argv.slice(2);
// Written by try-mutants.ts, of the same checkout.
await run(JSON.parse(order) as TrialOrder);
process.exit();
