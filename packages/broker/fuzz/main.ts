import { parseArgs } from 'node:util';
import { allTargets } from './targets/all.ts';
import { watch } from './watch.ts';

// `npm run fuzz`: bytes that nobody should send, to whatever takes bytes.

const usage = `Usage: npm run fuzz -- [--cases 100000] [--seed 1] [--from 0] [--only NAME]

Sends damaged bytes to what takes bytes: nothing may crash, hang, grow, or give anybody what is another's. What is tried
follows from the seed and the number of the case.

  --cases N     How many of each target; of connections a twentieth.
  --seed N      What is drawn follows from it.
  --from N      The first case.
  --only NAME   One target alone:
${allTargets.map(({ name, does }) => `                ${name.padEnd(12)} ${does}`).join('\n')}
`;

/** A case of them is a conversation with a process. */
const casesPerConversation = 20;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
  },
});

const wholeNumber = (option: string, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RangeError(`--${option} ${text}: a whole number from 0 to 999999999 is wanted`);
};

/** Resolves to whether nothing went wrong. */
async function main(): Promise<boolean> {
  const [cases, seed, from] = [
    wholeNumber('cases', values.cases),
    wholeNumber('seed', values.seed),
    wholeNumber('from', values.from),
  ];
  const targets = allTargets.filter(({ name }) => values.only === undefined || values.only === name);
  if (targets.length === 0)
    throw new RangeError(`--only ${values.only}: there is no such target, see --help`);
  let failed = 0;
  for (const { name, cpuMsMax } of targets) {
    const isTalk = cpuMsMax === null && values.only === undefined;
    const count = Math.max(Math.floor(isTalk ? cases / casesPerConversation : cases), 1);
    const beganMs = performance.now();
    const problems = await watch(name, { seed, from, count });
    const seconds = (performance.now() - beganMs) / 1_000;
    console.log(`${name}: ${count} cases in ${seconds.toFixed(1)} s, ${problems.length} problems`);
    for (const { at, what } of problems) {
      console.log(`  ${what}\n  again: npm run fuzz -- --only ${name} --seed ${seed} --from ${at} --cases 1`);
    }
    failed += problems.length;
  }
  return failed === 0;
}

if (values.help) {
  console.log(usage);
} else {
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    console.error(`${cause.message}\n\n${usage}`);
    process.exitCode = 1;
  }
}
