import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
/** What a run may find again. */
export const cacheDir = join(root, 'node_modules/.cache/bench');

export function compileLoad(): string {
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
export function touchMemory(dir: string): void {
  const disk = statfsSync(dir);
  const megabytes = Math.floor(Math.min(freemem() * 0.75, disk.bavail * disk.bsize * 0.5) / 2 ** 20);
  const file = join(dir, 'touched');
  console.log(`touching ${megabytes} MiB of memory …`);
  execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', `count=${megabytes}`, 'status=none']);
  rmSync(file);
}

/** Writes out what the system keeps back. */
export const settle = () => {
  execFileSync('sync');
  return Promise.resolve();
};

/** The programs that `npm start` and `npm run broker` run. */
export function buildBroker(): void {
  const args = ['exec', 'turbo', 'run', 'build', '--filter=@weir/broker-app', '--output-logs=errors-only'];
  execFileSync('pnpm', args, { cwd: root, stdio: 'inherit' });
}
