import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

/** Runs a script of the checkout with the arguments of this process, and ends as it ends. */
export function handOver(script: string): void {
  const path = join(root, script);
  if (!existsSync(path)) throw new Error(`${script} is not in this checkout`);
  const child = spawn(process.execPath, [path, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', () => forward('SIGINT'));
  process.on('SIGTERM', () => forward('SIGTERM'));
  process.on('disconnect', () => forward('SIGTERM'));
  child.once('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.once('exit', (code) => process.exit(code ?? 1));
}
