import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

// `npm run abuse -- [--over kafka|rest|console] …`: what hostile clients can do, beside a person who is to notice
// nothing of it. Whatever else is given goes on to what runs.

const programs: readonly { readonly over: readonly string[]; readonly script: string }[] = [
  { over: ['kafka'], script: 'packages/broker/abuse/main.ts' },
  { over: ['rest', 'console'], script: 'apps/api/abuse/main.ts' },
];

const args = process.argv.slice(2);
const at = args.indexOf('--over');
const over = at === -1 ? null : args[at + 1];
const chosen = programs.filter((program) => over === null || program.over.includes(over ?? ''));
if (chosen.length === 0) {
  process.stderr.write('--over takes kafka, rest or console\n');
  process.exit(1);
}

/** Resolves with the exit code; a program that is ended by a signal has failed. */
const run = (script: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { stdio: 'inherit', cwd: root });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', () => forward('SIGINT'));
    process.on('SIGTERM', () => forward('SIGTERM'));
    process.on('disconnect', () => forward('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });

let failed = false;
for (const { script } of chosen) {
  if (!existsSync(join(root, script))) throw new Error(`${script} is not in this checkout`);
  failed = (await run(script)) !== 0 || failed;
}
process.exit(failed ? 1 : 0);
