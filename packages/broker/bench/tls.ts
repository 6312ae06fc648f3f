import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@weir/testing/certificates';
import { type Contestant, RunningBroker } from './contestant.ts';
import { buildBroker, cacheDir, compileLoad, settle, touchMemory } from './ground.ts';
import { kafka, kafkaClasspath } from './kafka.ts';
import { type Credential, type Figure, figure, type Load, load } from './load.ts';
import { writeTlsSection } from './page.ts';
import { type Results, report } from './report.ts';
import { weirCell } from './weir-cell.ts';

export interface TlsRun {
  readonly rounds: number;
  readonly scale: number;
  readonly cold: boolean;
  readonly write: boolean;
}

/** One that takes part, with and without TLS. */
interface Pair {
  readonly contestant: Results['contestant'];
  readonly rounds: Figure[][];
  /** Begins over an empty directory. */
  open(isTls: boolean, dataDir: string): Promise<Opened>;
}

interface Opened {
  readonly contestant: Contestant;
  readonly credential: Credential | null;
  close(): Promise<void>;
}

const kafkaPort = 29_094;

/** What TLS costs: one broker of ours beside one of Kafka, each with it and without. Prints the table. */
export async function measureTls(run: TlsRun): Promise<void> {
  const program = compileLoad();
  buildBroker();
  const classpath = kafkaClasspath(cacheDir);
  const dir = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const caFile = join(dir, 'ca.pem');
  const certificate = await (await createAuthority('bench')).issue('127.0.0.1');
  writeFileSync(caFile, certificate.ca);
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  for (const part of ['cert', 'key'] as const) writeFileSync(files[part], certificate[part]);
  const pairs: Pair[] = [ours(files)];
  if (classpath !== null) pairs.push(theirs(classpath, certificate));
  try {
    if (!run.cold) touchMemory(dir);
    for (let round = 1; round <= run.rounds; round += 1) {
      for (const pair of pairs) {
        const plain = await play(pair, null, join(dir, 'data'), program, run.scale);
        const secured = await play(pair, caFile, join(dir, 'data'), program, run.scale);
        pair.rounds.push([...plain, ...secured]);
        console.log(`round ${round}, ${pair.contestant.name}`);
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const table = report(pairs, new Date().toISOString().slice(0, 10), run.scale);
  console.log(`\n${table}`);
  if (run.write) writeTlsSection(table);
}

function ours(files: { readonly cert: string; readonly key: string }): Pair {
  return {
    contestant: { name: 'Weir', flush: 'os', isOurs: true },
    rounds: [],
    async open(isTls, dataDir) {
      const { members, credential, close } = await weirCell('os', 1).open(dataDir);
      const [member] = members;
      if (member === undefined) throw new Error('a cell without a broker');
      const tls = { WEIR_BROKER_TLS_CERT: files.cert, WEIR_BROKER_TLS_KEY: files.key };
      const environment = (at: string) => ({ ...member.environment?.(at), ...(isTls ? tls : {}) });
      return { contestant: { ...member, isTls, environment }, credential, close };
    },
  };
}

function theirs(classpath: string, certificate: { readonly cert: string; readonly key: string }): Pair {
  return {
    contestant: { name: 'Apache Kafka', flush: 'os', isOurs: false },
    rounds: [],
    async open(isTls, dataDir) {
      const contestant = kafka('os', kafkaPort, classpath, isTls ? certificate : null);
      await contestant.prepare(dataDir);
      return { contestant, credential: null, close: () => Promise.resolve() };
    },
  };
}

async function play(
  pair: Pair,
  caFile: string | null,
  dataDir: string,
  program: string,
  scale: number,
): Promise<Figure[]> {
  rmSync(dataDir, { recursive: true, force: true });
  const { contestant, credential, close } = await pair.open(caFile !== null, dataDir);
  const broker = await RunningBroker.start(contestant, dataDir);
  try {
    const address = `127.0.0.1:${contestant.port}`;
    const target: Load = { program, address, credential, ...(caFile === null ? {} : { caFile }) };
    return await measure(target, broker, Math.round(1_000_000 * scale), caFile === null ? '' : ' over TLS');
  } finally {
    await broker.stop('SIGTERM');
    await close();
  }
}

const bytes = 1_000;

async function measure(target: Load, broker: RunningBroker, many: number, how: string): Promise<Figure[]> {
  const gigabytes = (many * bytes) / 1e9;
  const figures: Figure[] = [];
  await load(target, 'create', 'warm', 1);
  await load(target, 'create', 'one', 1);
  await load(target, 'produce', 'warm', 1, Math.round(many / 5), bytes, 'none', 'false');
  for (const command of ['produce', 'consume'] as const) {
    const rest = command === 'produce' ? [bytes, 'none', 'false'] : [];
    const before = broker.cpuSeconds();
    const { mbPerSecond } = await load(target, command, 'one', 1, many, ...rest);
    const cpuSeconds = (broker.cpuSeconds() - before) / gigabytes;
    figures.push(figure(`${command} 1 KB${how}, 1 partition`, 'MB/s', 'higher', mbPerSecond));
    figures.push(figure(`broker CPU, ${command} 1 KB${how}`, 's/GB', 'lower', cpuSeconds));
    await settle();
  }
  return figures;
}
