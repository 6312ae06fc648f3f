import { parseArgs } from 'node:util';
import { allSuites } from './all-suites.ts';
import { type Stage, startStage } from './brokers.ts';
import { type Deed, missingProgram, runSuite, type Suite } from './suite.ts';

// `npm run clients`: what the users of other people's clients do, with those clients as they are.

const usage = `Usage: npm run clients -- [--brokers 1] [--kill] [--kafka] [--only NAME]…

Runs other people's Kafka clients, unmodified and with default settings, against brokers of its own.

  --brokers N   1, or a cell of so many.
  --kill        Of several brokers one after the other is killed meanwhile, every fifteen seconds.
  --kafka       Against Apache Kafka in our place, to see what is the clients' own.
  --only NAME   These alone: ${allSuites.map(({ name }) => name).join(', ')}.
`;

const strikeEveryMs = 15_000;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    brokers: { type: 'string', default: '1' },
    kill: { type: 'boolean', default: false },
    kafka: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] as string[] },
  },
});

/** Until it is told to end. */
async function strikeOnAndOn(stage: Stage, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await new Promise((resolve) => setTimeout(resolve, strikeEveryMs));
    if (!end.aborted) await stage.strike();
  }
}

function tell({ client }: Suite, deeds: readonly Deed[]): void {
  console.log(`\n${client}`);
  for (const { name, problem } of deeds)
    console.log(
      problem === null ? `  done        ${name}` : `  NOT DONE    ${name}\n              ${problem}`,
    );
}

/** Resolves to whether all was done. */
async function runAll(stage: Stage): Promise<boolean> {
  const end = new AbortController();
  const striking = values.kill ? strikeOnAndOn(stage, end.signal) : null;
  let failed = 0;
  for (const suite of allSuites) {
    if (values.only.length > 0 && !values.only.includes(suite.name)) continue;
    const missing = missingProgram(suite);
    if (missing !== null) {
      console.log(`\n${suite.client}\n  left out    ${missing} is not installed`);
      continue;
    }
    const deeds = await runSuite(suite, stage.address);
    tell(suite, deeds);
    failed += deeds.filter(({ problem }) => problem !== null).length;
  }
  end.abort();
  await striking;
  return failed === 0;
}

async function main(): Promise<boolean> {
  const stage = await startStage(Number(values.brokers), values.kafka);
  if (stage === null) return false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage.close().finally(() => process.exit(1)));
  try {
    return await runAll(stage);
  } finally {
    await stage.close();
  }
}

if (values.help) console.log(usage);
else process.exitCode = (await main()) ? 0 : 1;
