import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, measure } from './cases.ts';
import { type Contestant, RunningBroker } from './contestant.ts';
import { kafka, kafkaClasspath } from './kafka.ts';
import { type Results, report } from './report.ts';
import { measureTenants } from './tenants.ts';
import { weir } from './weir.ts';

// `npm run bench [-- --rounds 3] [--scale 1] [--write] [--tenants]`: this broker beside Apache Kafka, in one run.

const root = join(import.meta.dirname, '../../..');
const cacheDir = join(root, 'node_modules/.cache/bench');
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    /** Skips the first touch of memory; figures of produce rows are then lower, and less steady. */
    cold: { type: 'boolean', default: false },
    /** Replaces the tables of BENCHMARKS.md. */
    write: { type: 'boolean', default: false },
    /** Many tenants in one broker, instead of the comparison. */
    tenants: { type: 'boolean', default: false },
  },
});

function compileLoad(): string {
  mkdirSync(cacheDir, { recursive: true });
  const program = join(cacheDir, 'load');
  const source = join(import.meta.dirname, 'load.c');
  const built = spawnSync('gcc', ['-O2', '-o', program, source, '-lrdkafka'], { encoding: 'utf8' });
  if (built.status === 0) return program;
  console.error(`The load generator needs gcc and librdkafka-dev (Debian packages).\n${built.stderr ?? ''}`);
  process.exit(1);
}

/**
 * Virtual machines hand out memory slowly at its first touch, so page-cache writes of the first case
 * would pay for it: a file of most of the free memory is written and removed before anything counts.
 */
function touchMemory(dir: string): void {
  const disk = statfsSync(dir);
  const megabytes = Math.floor(Math.min(freemem() * 0.75, disk.bavail * disk.bsize * 0.5) / 2 ** 20);
  const file = join(dir, 'touched');
  console.log(`touching ${megabytes} MiB of memory …`);
  execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${megabytes}`, 'status=none']);
  rmSync(file);
}

const settle = () => {
  execFileSync('sync');
  return Promise.resolve();
};

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
  const target = { program, address: `127.0.0.1:${contestant.port}` };
  const figures = await measure(target, broker, Number(values.scale), settle);
  await broker.stop('SIGKILL');
  const again = await RunningBroker.start(contestant, dataDir);
  await again.stop('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
  return [...figures, ...startFigures, lower('ready again after kill -9', 'ms', again.readyMs)];
}

if (values.tenants) {
  await measureTenants();
  // Worker threads and sockets of the brokers that were measured may linger.
  process.exit(0);
}

const program = compileLoad();
execFileSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=@weir/broker-app', '--output-logs=errors-only'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
const classpath = kafkaClasspath(cacheDir);
const contestants: Contestant[] = [];
for (const flush of ['os', 'every'] as const) {
  contestants.push(weir(flush, 29_092));
  if (classpath !== null) contestants.push(kafka(flush, 29_094, classpath));
}
const dir = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const results: Results[] = contestants.map((contestant) => ({ contestant, rounds: [] }));
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
const tables = report(results, new Date().toISOString().slice(0, 10));
console.log(`\n${tables}`);
const page = join(import.meta.dirname, '../BENCHMARKS.md');
if (values.write) writeFileSync(page, benchmarksPage(tables) + keptPart(page));

/** What people wrote below the tables stays. */
function keptPart(path: string): string {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const begin = text.indexOf('## Where it falls short');
  return begin < 0 ? '' : `\n${text.slice(begin)}`;
}

function benchmarksPage(tables: string): string {
  return `# Benchmarks

\`npm run bench -- --write\` makes this page. The load generator is \`bench/load.c\` on librdkafka, so that it is
not what limits. Each round starts every broker over an empty directory, in turn; between cases the disk is
synced. Ratios of one run compare; absolute figures of shared virtual machines do not.

${tables}`;
}
