import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureBrokers } from './brokers.ts';
import { measure } from './cases.ts';
import { type Contestant, RunningBroker } from './contestant.ts';
import { buildBroker, cacheDir, compileLoad, settle, touchMemory } from './ground.ts';
import { kafka, kafkaClasspath } from './kafka.ts';
import type { Figure } from './load.ts';
import { writeTables } from './page.ts';
import { type Results, report } from './report.ts';
import { measureTenants } from './tenants.ts';
import { measureTls } from './tls.ts';
import { weir } from './weir.ts';

const help = `Usage: npm run bench -- [--rounds 3] [--scale 1] [--cold] [--write]
       npm run bench -- --brokers 3 [--rounds 3] [--scale 1] [--quick] [--cold] [--write]
       npm run bench -- --tls [--rounds 3] [--scale 1] [--cold] [--write]
       npm run bench -- --tenants

This broker beside Apache Kafka, in one run.

  --rounds N    Fresh starts of each, in turn; medians are told.
  --scale S     Below 1 all cases are shorter.
  --cold        Skips the first touch of memory; figures of produce rows are then lower, and less steady.
  --write       Replaces the tables in BENCHMARKS.md.
  --brokers N   3 to 9 brokers that hold three replicas of each partition, beside as many of Kafka; and one and
                two of ours beside each other.
  --quick       One short round of it, to see that all of it runs. Its figures are not written down.
  --tls         One broker of each, with TLS for clients and without.
  --tenants     Many tenants in one broker, instead of the comparison.
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    cold: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    tenants: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    brokers: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

/** One fresh start, all cases, and a start again after a hard end. */
async function playRound(contestant: Contestant, program: string, dir: string): Promise<Figure[]> {
  const dataDir = join(dir, 'data');
  rmSync(dataDir, { recursive: true, force: true });
  await contestant.prepare(dataDir);
  await settle();
  const broker = await RunningBroker.start(contestant, dataDir);
  const lower = (name: string, unit: string, value: number): Figure => ({
    row: { name, unit, better: 'lower' },
    value,
  });
  const startFigures = [
    lower('ready after process start', 'ms', broker.readyMs),
    lower('resident, idle', 'MB', broker.residentMb()),
  ];
  const target = { program, address: `127.0.0.1:${contestant.port}`, credential: null };
  const figures = await measure(target, broker, Number(values.scale), settle);
  await broker.stop('SIGKILL');
  const again = await RunningBroker.start(contestant, dataDir);
  await again.stop('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
  return [...figures, ...startFigures, lower('ready again after kill -9', 'ms', again.readyMs)];
}

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}
if (values.tenants) {
  await measureTenants();
  // Worker threads and sockets of the brokers that were measured may linger.
  process.exit(0);
}
if (values.tls) {
  const { cold, write } = values;
  await measureTls({ rounds: Number(values.rounds), scale: Number(values.scale), cold, write });
  process.exit(0);
}
if (values.brokers !== undefined) {
  const brokers = Number(values.brokers);
  if (!Number.isInteger(brokers) || brokers < 3 || brokers > 9) {
    console.error(`--brokers is ${JSON.stringify(values.brokers)}: it must be a whole number from 3 to 9.`);
    process.exit(1);
  }
  const { quick, cold, write } = values;
  const [rounds, scale] = [Number(values.rounds), Number(values.scale)];
  await measureBrokers({ brokers, rounds, scale, quick, cold, write });
  process.exit(0);
}

const program = compileLoad();
buildBroker();
const classpath = kafkaClasspath(cacheDir);
const contestants: Contestant[] = [];
for (const flush of ['os', 'every'] as const) {
  contestants.push(weir(flush, 29_092));
  if (classpath !== null) contestants.push(kafka(flush, 29_094, classpath));
}
const dir = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const results: (Results & { readonly contestant: Contestant })[] = contestants.map((contestant) => ({
  contestant,
  rounds: [],
}));
try {
  if (!values.cold) touchMemory(dir);
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const result of results) {
      const { name, flush } = result.contestant;
      const began = performance.now();
      const figures = await playRound(result.contestant, program, dir);
      (result.rounds as Figure[][]).push(figures);
      console.log(
        `round ${round}, ${name}, flush ${flush}: ${((performance.now() - began) / 1000).toFixed(0)} s`,
      );
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
const tables = report(results, new Date().toISOString().slice(0, 10), Number(values.scale));
console.log(`\n${tables}`);
if (values.write) writeTables(tables);
