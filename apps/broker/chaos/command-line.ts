import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { type FaultKind, faultKinds } from './plan.ts';

export interface ChaosOptions {
  readonly kind: 'run';
  readonly minutes: number;
  readonly seed: number;
  /** Empty: all. */
  readonly only: readonly FaultKind[];
  readonly dir: string;
}

export type ChaosCommand =
  | ChaosOptions
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const usage = `usage: npm run chaos -- [--minutes N] [--seed N] [--only FAULT]… [--dir DIR]

Three real brokers over a real Postgres, with producers, readers and a consumer group, under real faults; in the end
every acknowledged record is read back at its offset. Which faults come, in which order and for how long, follows
from the seed. Whatever cannot be done on this machine (a file system of its own needs root) is skipped and said.

  --minutes N   how long faults go on: 0.5 to 600, 5 if left out
  --seed N      1 if left out
  --only FAULT  only these faults; may be given more than once
  --dir DIR     where data and logs lie meanwhile: ${tmpdir()} if left out; kept only where something is wrong

Faults: ${faultKinds.slice(0, 8).join(', ')},
  ${faultKinds.slice(8).join(', ')}`;

const options = {
  minutes: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string', multiple: true, default: [] as string[] },
  dir: { type: 'string', default: tmpdir() },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the arguments ask for; what is wrong with them is a value with a sentence. */
export function readCommandLine(args: readonly string[]): ChaosCommand {
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) return { kind: 'help' };
    return {
      kind: 'run',
      minutes: minutesOf(values.minutes),
      seed: seedOf(values.seed),
      only: values.only.map(faultOf),
      dir: values.dir,
    };
  } catch (cause) {
    // Both the parser and the readers below throw only for what the arguments say.
    const message = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'wrong', problem: message.split('\n')[0] ?? message };
  }
}

function faultOf(text: string): FaultKind {
  const kind = faultKinds.find((each) => each === text);
  if (kind === undefined)
    throw new RangeError(`--only is ${text}; it must be one of ${faultKinds.join(', ')}`);
  return kind;
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(text) || minutes < 0.5 || minutes > 600)
    throw new RangeError(`--minutes is ${text}; it must be a number from 0.5 to 600`);
  return minutes;
}

function seedOf(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new RangeError(`--seed is ${text}; it must be a whole number from 0 to 999999999`);
  return Number(text);
}
