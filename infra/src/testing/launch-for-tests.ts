import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { checkPortsFree } from '../launcher/ports.ts';
import { findOrphans } from '../processes/orphans.ts';
import { isSame, type ProcessIdentity } from '../processes/proc.ts';
import { root } from '../root.ts';

/** One run of the real launcher. */
export interface Launched {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves with the line that holds the text; rejects when the launcher ends before. */
  line(text: string): Promise<string>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

type Recorded = ProcessIdentity & { readonly name: string };

/** The name of every process that a launcher runs, in order. */
export const everyProcess = ['api', 'broker', 'console', 'postgres', 'redis', 'worker'];

/** A data directory and ports, on which launchers run one after the other. */
export class Installation {
  readonly directory = mkdtempSync(join(tmpdir(), 'weir-start-'));
  readonly ports: { readonly console: number; readonly api: number; readonly broker: number };
  /** From where ports for further brokers are looked for. */
  readonly #dedicatedPort: number;
  readonly #launched: Launched[] = [];

  private constructor(ports: Installation['ports'], dedicatedPort: number) {
    this.ports = ports;
    this.#dedicatedPort = dedicatedPort;
  }

  /** With as many free ports in a row as there are to be brokers. */
  static async make(brokers = 1): Promise<Installation> {
    const broker = await findFreePorts(brokers);
    const ports = { console: await findFreePort(), api: await findFreePort(), broker };
    return new Installation(ports, await findFreePort());
  }

  launch(env: Readonly<Record<string, string>> = {}): Launched {
    const child = spawn(process.execPath, [join(root, 'infra', 'src', 'start.ts')], {
      cwd: root,
      env: {
        ...process.env,
        DATABASE_URL: '',
        REDIS_URL: '',
        WEIR_DATA_DIR: this.directory,
        WEIR_CONSOLE_PORT: String(this.ports.console),
        WEIR_API_PORT: String(this.ports.api),
        WEIR_BROKER_PORT: String(this.ports.broker),
        WEIR_DEDICATED_PORT: String(this.#dedicatedPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const launched = follow(child);
    this.#launched.push(launched);
    return launched;
  }

  /** What the launcher says that it runs, while it does or after a hard end. */
  recorded(): readonly Recorded[] {
    const text = readFileSync(join(this.directory, 'launcher.json'), 'utf8');
    return (JSON.parse(text) as { processes: Recorded[] }).processes; // Written by the launcher under test.
  }

  /** Sends SIGKILL to processes by name; with `launcher` to that as well, first. Returns when all are gone. */
  async kill(names: readonly string[]): Promise<void> {
    const victims = this.recorded().filter((each) => names.includes(each.name) && isSame(each));
    const launcher = names.includes('launcher') ? this.#launched.at(-1) : undefined;
    launcher?.child.kill('SIGKILL');
    for (const { pid } of victims) process.kill(pid, 'SIGKILL');
    await launcher?.ended;
    while (victims.some(isSame)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Commands of running processes that carry this installation in their environment. */
  marked(): readonly string[] {
    return findOrphans(this.directory, []).map((orphan) => orphan.command);
  }

  async remove(): Promise<void> {
    for (const { child, ended } of this.#launched) {
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The first of that many ports in a row that nobody listens on. */
async function findFreePorts(count: number): Promise<number> {
  for (;;) {
    const first = await findFreePort();
    const row = Array.from({ length: count }, (_, index) => ({ port: first + index, name: '', setting: '' }));
    const areFree = await checkPortsFree(row).then(
      () => first + count - 1 <= 65_535,
      () => false,
    );
    if (areFree) return first;
  }
}

function follow(child: ChildProcess): Launched {
  const lines: string[] = [];
  const waiting: { readonly text: string; readonly resolve: (line: string) => void }[] = [];
  const take = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) {
      if (line === '') continue;
      lines.push(line);
      for (const each of waiting) if (line.includes(each.text)) each.resolve(line);
    }
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = (text: string) =>
    new Promise<string>((resolve, reject) => {
      waiting.push({ text, resolve });
      void ended.then(() => reject(new Error(`ended without saying ${text}:\n${lines.join('\n')}`)));
    });
  return { child, lines, line, ended };
}
