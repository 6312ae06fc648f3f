import { parseArgs } from 'node:util';
import { playUsageKills } from './usage-kills.ts';

const help = `usage: npm run chaos:usage -- [--minutes N] [--seed N]

Three brokers, worker, Redis and Postgres are killed at random while real clients write; then the ledger is compared with
the logs.
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});

/** Resolves to whether nothing was wrong. */
const run = async (): Promise<boolean> => {
  const seed = Number(values.seed);
  const say = (line: string) => console.log(line);
  say(`${values.minutes} min of kills from seed ${seed}`);
  const { acknowledged, counted, verified } = await playUsageKills({
    seed,
    ms: Number(values.minutes) * 60_000,
    say,
  });
  const isRight = verified.every(Boolean) && counted >= acknowledged;
  say(`${isRight ? 'right' : 'WRONG'}: ${acknowledged} records acknowledged, ${counted} in the ledger`);
  return isRight;
};

if (values.help) console.log(help);
else process.exitCode = (await run()) ? 0 : 1;
