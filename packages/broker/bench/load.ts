import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const loadMsMax = 300_000;

/** One measured figure. `better` says which way is good. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export interface Figure {
  readonly row: Row;
  readonly value: number;
}

export const figure = (name: string, unit: string, better: Row['better'], value: number): Figure => ({
  row: { name, unit, better },
  value,
});

/** Who the load generator signs in as. */
export interface Credential {
  readonly keyId: string;
  readonly secret: string;
}

/** Runs the load generator against a broker, or the brokers of a cell. */
export interface Load {
  readonly program: string;
  /** Several are separated by commas. */
  readonly address: string;
  /** Null: nobody asks who it is. */
  readonly credential: Credential | null;
  /** What it trusts, a PEM file; without, it comes without TLS. */
  readonly caFile?: string;
}

export interface LoadReport {
  readonly failed: number;
  readonly records: number;
  readonly mbPerSecond: number;
  readonly recordsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface TopicState {
  readonly partitions: number;
  /** How many have a leader. */
  readonly led: number;
  /** Of the partition that was asked for; −1: none. */
  readonly leader: number;
  /** Of the partition with the fewest. */
  readonly inSyncMin: number;
}

function environment({ credential, caFile }: Load): NodeJS.ProcessEnv {
  const env = caFile === undefined ? process.env : { ...process.env, LOAD_CA: caFile };
  if (credential === null) return env;
  return { ...env, LOAD_USERNAME: credential.keyId, LOAD_PASSWORD: credential.secret };
}

async function reportOf(target: Load, args: readonly string[]): Promise<string> {
  const { stdout } = await run(target.program, args, { timeout: loadMsMax, env: environment(target) });
  return stdout;
}

export async function load(target: Load, command: string, ...args: (string | number)[]): Promise<LoadReport> {
  const stdout = await reportOf(target, [command, target.address, ...args.map(String)]);
  // Printed by our own program, in its own form.
  const report = JSON.parse(stdout) as LoadReport;
  if (report.failed > 0) throw new Error(`${command}: ${report.failed} records failed`);
  return report;
}

export async function topicState(target: Load, topic: string, partition = 0): Promise<TopicState> {
  // Printed by our own program, in its own form.
  return JSON.parse(
    await reportOf(target, ['state', target.address, topic, String(partition)]),
  ) as TopicState;
}

/** The longest time without an acknowledgement, milliseconds, from just before `harm` until it is done and over. */
export async function pauseWhile(
  target: Load,
  topic: string,
  partition: number,
  harm: () => Promise<void>,
): Promise<number> {
  const args = ['outage', target.address, topic, String(partition)];
  const told = await toldWhile(target, args, (counts) => {
    counts();
    return harm();
  });
  // Printed by our own program, in its own form.
  return (JSON.parse(told) as { readonly pauseMs: number }).pauseMs;
}

/** How long acknowledgements took while something else went on. */
export interface Steady {
  readonly records: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** 500 records of 1,000 bytes a second, one partition's after the other's, from when `work` says so to its end. */
export async function steadyWhile(
  target: Load,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  work: (counts: () => void) => Promise<void>,
): Promise<Steady> {
  const args = ['steady', target.address, topic, String(partitions), '500', '1000'];
  // Printed by our own program, in its own form.
  return JSON.parse(await toldWhile(target, args, work)) as Steady;
}

/** What the generator tells once the work is done, which begins when it is under way, and says from when on it counts. */
async function toldWhile(
  target: Load,
  args: readonly string[],
  work: (counts: () => void) => Promise<void>,
): Promise<string> {
  const child = spawn(target.program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment(target),
    timeout: loadMsMax,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') throw new Error('no record was acknowledged');
  await work(() => void child.stdin.write('!'));
  child.stdin.end();
  const told = await lines.next();
  if ((await ended) !== 0 || told.done) throw new Error('records failed, or were not acknowledged in time');
  return told.value;
}
