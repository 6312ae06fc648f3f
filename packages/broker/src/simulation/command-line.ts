import { parseArgs } from 'node:util';
import { type Bug, bugs } from './faults.ts';
import { mutants } from './mutants.ts';

export type SimulationCommand =
  | { readonly kind: 'help' }
  /** One run again, with all that happened to the broker. */
  | ({ readonly kind: 'replay'; readonly seed: number } & Played)
  /** Runs from seed `from` on, each from its own seed. */
  | ({ readonly kind: 'all'; readonly from: number; readonly count: number } & Played)
  /** Whether mutants of the engine are found, each by runs from seed `from` on. */
  | ({ readonly kind: 'mutants' } & TriedMutants)
  /** One run with a mutant. */
  | { readonly kind: 'replay-mutant'; readonly name: string; readonly seed: number; readonly brokers: number }
  | { readonly kind: 'wrong'; readonly problem: string };

export interface TriedMutants {
  /** Null: all of them. */
  readonly name: string | null;
  readonly from: number;
  readonly count: number;
  readonly brokers: number;
}

export interface Played {
  readonly bug: Bug | null;
  /** Whether each run has a journal; else it is drawn. */
  readonly hasJournal: boolean;
  /** Brokers of the cell. */
  readonly brokers: number;
}

export const usage = `usage: npm run simulate -- [--seeds N] [--from SEED] [--cell N] [--journal] [--bug NAME]
       npm run simulate -- --seed SEED [--cell N] [--journal] [--bug NAME]
       npm run simulate -- --mutants [--cell N] [--seeds N] [--from SEED]
       npm run simulate -- --mutant NAME [--cell N] [--seeds N] [--from SEED] [--seed SEED]

  --seeds N    that many runs, each from its own seed: 1 to 999999999, 200 if left out
  --from SEED  the first of those seeds, 1 if left out
  --seed SEED  one run again, with all that happened to the broker
  --cell N     a cell of so many brokers, 3 to 5, in place of one broker
  --journal    transactions, compaction and deletion of records in each run, not in some of them
  --bug NAME   plants a bug under the broker, which the checks should find:
               ${bugs.join(', ')}
  --mutants    breaks the engine's own rules, one at a time, in a cell of three brokers if --cell is left
               out: each has to be found within the seeds. Ends with how many were found and missed.
  --mutant NAME  that one alone; with --seed, one run with all that happened:
               ${mutants.map(({ name }) => name).join('\n               ')}`;

const options = {
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  bug: { type: 'string' },
  cell: { type: 'string' },
  journal: { type: 'boolean', default: false },
  mutants: { type: 'boolean', default: false },
  mutant: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the arguments ask for; what is wrong with them is a value with a sentence. */
export function readCommandLine(args: readonly string[]): SimulationCommand {
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return { kind: 'help' };
    const bug = values.bug === undefined ? null : plantedBug(values.bug);
    const cell = values.cell === undefined ? null : wholeNumber('cell', values.cell, cellMin, cellMax);
    if (values.mutants || values.mutant !== undefined) return readMutants(values, cell ?? cellMin);
    const played = { bug, brokers: cell ?? 1, hasJournal: values.journal };
    if (values.seed !== undefined)
      return { kind: 'replay', seed: wholeNumber('seed', values.seed, 0), ...played };
    const count = wholeNumber('seeds', values.seeds, 1);
    return { kind: 'all', from: wholeNumber('from', values.from, 0), count, ...played };
  } catch (cause) {
    // Both the parser and the readers below throw only for what the arguments say.
    return { kind: 'wrong', problem: cause instanceof Error ? firstSentence(cause.message) : String(cause) };
  }
}

function readMutants(
  values: { readonly mutant?: string; readonly seed?: string; readonly seeds: string; readonly from: string },
  brokers: number,
): SimulationCommand {
  const name = values.mutant === undefined ? null : knownMutant(values.mutant);
  if (values.seed !== undefined) {
    if (name === null) throw new RangeError('--seed plays one run: say of which --mutant');
    return { kind: 'replay-mutant', name, seed: wholeNumber('seed', values.seed, 0), brokers };
  }
  const count = wholeNumber('seeds', values.seeds, 1);
  return { kind: 'mutants', name, from: wholeNumber('from', values.from, 0), count, brokers };
}

/** The parser goes on about how to pass such values after all, over several lines. */
const firstSentence = (message: string): string => message.split('\n')[0] ?? message;

const cellMin = 3;
const cellMax = 5;
const numberMax = 999_999_999;

function wholeNumber(name: string, text: string, min: number, max = numberMax): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < min || Number(text) > max) {
    throw new RangeError(`--${name} is ${text}; it must be a whole number from ${min} to ${max}`);
  }
  return Number(text);
}

function plantedBug(name: string): Bug {
  const bug = bugs.find((one) => one === name);
  if (bug === undefined) throw new RangeError(`--bug is ${name}; there are ${bugs.join(', ')}`);
  return bug;
}

function knownMutant(name: string): string {
  const names = mutants.map((mutant) => mutant.name);
  if (!names.includes(name)) throw new RangeError(`--mutant is ${name}; there are ${names.join(', ')}`);
  return name;
}
