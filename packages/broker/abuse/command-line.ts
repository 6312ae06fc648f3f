import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export interface CampaignOptions {
  readonly kind: 'run';
  readonly secondsPerCase: number;
  readonly seed: number;
  /** Names of cases, or beginnings of names; empty: all. */
  readonly only: readonly string[];
  readonly over: 'kafka' | 'rest' | 'console' | null;
  readonly short: boolean;
  readonly write: boolean;
  /** Where the broker keeps its data. */
  readonly dir: string;
}

export type CampaignCommand =
  | CampaignOptions
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const usage = `usage: npm run abuse -- [--seconds-per-case N] [--seed N] [--only NAME]… [--over kafka|rest|console] [--short] [--write] [--dir DIR]

A quiet tenant works beside every abuse that the schemas give and that we know; his figures are what counts.

  --seconds-per-case N  how long each case goes on: 1 to 600, 5 if left out
  --seed N              what is drawn follows from it: 1 if left out
  --only NAME           cases whose names begin so; may be given more than once
  --over HOW            only over the Kafka protocol, the REST API or the console
  --short               only the cases of the short form
  --write               writes the table into the page on isolation
  --dir DIR             where the broker's data lie; on a machine whose disk others keep busy, a file system in memory
  --list                the names of the cases`;

const options = {
  'seconds-per-case': { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string', multiple: true, default: [] as string[] },
  over: { type: 'string' },
  short: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  dir: { type: 'string', default: tmpdir() },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the arguments ask for; what is wrong with them is a value with a sentence. */
export function readCommandLine(args: readonly string[]): CampaignCommand {
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return { kind: 'help' };
    if (values.list) return { kind: 'list' };
    return {
      kind: 'run',
      secondsPerCase: wholeNumber('seconds-per-case', values['seconds-per-case'], 1, 600),
      seed: wholeNumber('seed', values.seed, 0, 999_999_999),
      only: values.only,
      over: values.over === undefined ? null : way(values.over),
      short: values.short,
      write: values.write,
      dir: values.dir,
    };
  } catch (cause) {
    // Both the parser and the readers below throw only for what the arguments say.
    const message = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'wrong', problem: message.split('\n')[0] ?? message };
  }
}

function way(text: string): 'kafka' | 'rest' | 'console' {
  if (text === 'kafka' || text === 'rest' || text === 'console') return text;
  throw new RangeError(`--over is ${text}; it must be kafka, rest or console`);
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < min || Number(text) > max) {
    throw new RangeError(`--${name} is ${text}; it must be a whole number from ${min} to ${max}`);
  }
  return Number(text);
}
