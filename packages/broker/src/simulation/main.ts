import { parseArgs } from 'node:util';
import { type Bug, bugs } from './faults.ts';
import { simulate } from './simulate.ts';

// `npm run simulate -- --seeds N [--from SEED]`: that many runs, each from its own seed.
// `npm run simulate -- --seed S`: one run again, with all that happened to the broker.
// `--bug NAME` plants a bug under the broker, which the checks should find.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    bug: { type: 'string' },
  },
});

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is ${text}; it should be a whole number`);
  return Number(text);
}

function plantedBug(name: string | undefined): Bug | null {
  if (name === undefined) return null;
  const bug = bugs.find((one) => one === name);
  if (bug === undefined) throw new Error(`--bug is ${name}; there are ${bugs.join(', ')}`);
  return bug;
}

async function replay(seed: number, bug: Bug | null): Promise<boolean> {
  try {
    console.log(JSON.stringify(await simulate({ seed, bug, trace: (line) => console.log(line) })));
    return true;
  } catch (cause) {
    console.error(cause);
    return false;
  }
}

async function runAll(from: number, count: number, bug: Bug | null): Promise<boolean> {
  const startedMs = performance.now();
  const total = { acknowledged: 0, read: 0, assigned: 0, committed: 0, lives: 0 };
  let failed = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      const run = await simulate({ seed, bug });
      total.acknowledged += run.acknowledged;
      total.read += run.read;
      total.assigned += run.assigned;
      total.committed += run.committed;
      total.lives += run.lives;
    } catch (cause) {
      failed += 1;
      console.log(
        `${cause instanceof Error ? cause.message : String(cause)}\n  again: npm run simulate -- --seed ${seed}`,
      );
    }
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  const { lives, acknowledged, read, assigned, committed } = total;
  console.log(`${lives} lives of the broker, ${acknowledged} records acknowledged, ${read} read,`);
  console.log(`${assigned} assignments, ${committed} commits, in ${seconds} s`);
  console.log(`${count - failed} seeds passed, ${failed} failed`);
  return failed === 0;
}

const bug = plantedBug(values.bug);
const passed =
  values.seed === undefined
    ? await runAll(wholeNumber('from', values.from), wholeNumber('seeds', values.seeds), bug)
    : await replay(wholeNumber('seed', values.seed), bug);
process.exitCode = passed ? 0 : 1;
