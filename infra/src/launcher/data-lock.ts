import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeKernelName } from '../processes/kernel-name.ts';
import { identify, isSame, type ProcessIdentity } from '../processes/proc.ts';
import { StartError } from './settings.ts';

/** What one launcher leaves for the next, and shows to whoever looks: who it is, and which processes it started. */
export interface LauncherRecord {
  readonly launcher: ProcessIdentity;
  readonly isStopping: boolean;
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
}

const stoppingMsMax = 15_000;
/** How long a launcher whose parent was killed may take to notice. */
const noticeMsMax = 1500;

/**
 * Makes one launcher the only one on a data directory, and remembers its processes for the one after it.
 * The lock is a socket in the kernel's abstract namespace, which goes with its owner however that ends; the
 * record is a file, which stays.
 */
export class DataLock {
  readonly #file: string;
  readonly #server: Server;
  #record: LauncherRecord;

  private constructor(file: string, server: Server, launcher: ProcessIdentity) {
    this.#file = file;
    this.#server = server;
    this.#record = { launcher, isStopping: false, processes: [] };
  }

  /** Waits for a launcher that is on its way out; throws StartError when one is here to stay. */
  static async take(directory: string): Promise<{ lock: DataLock; left: readonly ProcessIdentity[] }> {
    const file = recordFile(directory);
    const server = await listenOrWait(file, directory);
    const left = readRecord(file)?.processes.filter(isSame) ?? [];
    const lock = new DataLock(file, server, identify(process.pid) ?? { pid: process.pid, startTicks: 0 });
    return { lock, left };
  }

  /** Replaces the list of processes that this launcher runs. */
  remember(processes: readonly { readonly name: string; readonly pid: number }[]): void {
    const known = processes.flatMap(({ name, pid }) => {
      const identity = identify(pid);
      return identity === null ? [] : [{ name, ...identity }];
    });
    this.#write({ ...this.#record, processes: known });
  }

  stopping(): void {
    this.#write({ ...this.#record, isStopping: true });
  }

  release(): void {
    rmSync(this.#file, { force: true });
    this.#server.close();
  }

  #write(record: LauncherRecord): void {
    this.#record = record;
    writeFileSync(`${this.#file}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

async function listenOrWait(file: string, directory: string): Promise<Server> {
  const started = performance.now();
  for (;;) {
    const server = await takeKernelName('weir', directory);
    if (server !== null) return server;
    const waited = performance.now() - started;
    const owner = readRecord(file);
    if (waited > (owner?.isStopping === true ? stoppingMsMax : noticeMsMax)) {
      const pid = owner === null ? '' : ` (process ${owner.launcher.pid})`;
      throw new StartError(
        `Weir already runs on ${directory}${pid}: stop it first, or set WEIR_DATA_DIR to another directory.`,
      );
    }
    await delay(50);
  }
}

const recordFile = (directory: string) => join(directory, 'launcher.json');

/** Of the launcher that runs on the directory; null when none does. */
export function runningLauncher(directory: string): LauncherRecord | null {
  const record = readRecord(recordFile(directory));
  return record !== null && isSame(record.launcher) ? record : null;
}

/** Null when there is none. A record that was cut short (a full disk) is as good as none. */
function readRecord(file: string): LauncherRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LauncherRecord; // Written by #write above.
  } catch {
    return null;
  }
}
