import { parseArgs } from 'node:util';
import { buildBroker } from '../src/testing/broker-process.ts';
import { startContestants } from './contestants.ts';
import type { Difference } from './differences.ts';
import { meantDifferences } from './meant.ts';
import { type Compared, compareAll, compareSeed, compareSequence, warmBoth } from './run.ts';
import { allSequences } from './sequences/all.ts';

// `npm run compare`: the same requests to Apache Kafka and to this broker, and where their answers differ.

const usage = `Usage: npm run compare -- [--seeds 200] [--from 1] [--seed N] [--only NAME]

Sends the same sequences of requests to Apache Kafka and to this broker, and tells where answers differ that are not
meant to (compare/meant.ts). Needs Java and Maven.

  --seeds N     So many sequences that follow from a seed each, beside those written by hand.
  --from S      The first seed.
  --seed N      This seed alone.
  --only NAME   Sequences written by hand whose names begin so, and no seeds.
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});

/** Long answers are cut: the sequence can be run again by itself. */
const textMax = 600;
const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, textMax);

function tell({ name, differences }: Compared): void {
  const [first] = differences;
  if (first === undefined) return;
  const { api, version, asked } = first.exchange;
  console.log(`\n${name}: ${api} v${version} ${asked.slice(0, textMax)}`);
  for (const difference of differences) console.log(line(difference));
}

const line = ({ path, kafka, weir }: Difference) =>
  `  ${path === '' ? 'the answer' : path}\n    Kafka  ${short(kafka)}\n    here   ${short(weir)}`;

/** Resolves with whether they agree, or null where Kafka cannot be had. */
async function main(): Promise<boolean | null> {
  buildBroker();
  const contestants = await startContestants();
  if (contestants === null) return null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void contestants.stop().finally(() => process.exit(1)));
  let results: readonly Compared[] = [];
  try {
    await warmBoth(contestants);
    const { only, seed } = values;
    const byHand = seed === undefined ? allSequences.filter(({ name }) => name.startsWith(only ?? '')) : [];
    const from = Number(seed ?? values.from);
    const count = only === undefined ? (seed === undefined ? Number(values.seeds) : 1) : 0;
    const seeds = Array.from({ length: count }, (_, at) => from + at);
    results = await compareAll([
      ...byHand.map((sequence) => () => compareSequence(contestants, sequence)),
      ...seeds.map((at) => () => compareSeed(contestants, at)),
    ]);
  } finally {
    await contestants.stop();
  }
  for (const result of results) tell(result);
  const wrong = results.filter(({ differences }) => differences.length > 0).length;
  const exchanges = results.reduce((sum, result) => sum + result.exchanges, 0);
  console.log(`\n${results.length} sequences, ${exchanges} answers compared; ${wrong} sequences differ`);
  const reasons = new Set(results.flatMap((result) => result.reasons));
  for (const { reason } of meantDifferences)
    console.log(`${reasons.has(reason) ? 'meant' : 'not met'}: ${reason}`);
  return wrong === 0;
}

if (values.help) console.log(usage);
else process.exitCode = (await main()) === false ? 1 : 0;
