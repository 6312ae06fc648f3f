import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

// `npm run abuse`: a quiet tenant beside everything that others can do, over Kafka, then over REST and the
// console. Each campaign does what `--over` leaves it and says whether all held.

const campaigns = ['packages/broker/abuse/main.ts', 'apps/api/abuse/main.ts'];

/** The exit code; null where it was ended by a signal. */
function run(script: string): Promise<number | null> {
  const args = [join(root, script), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', cwd: root });
  const forward = () => child.kill('SIGTERM');
  const stops = ['SIGINT', 'SIGTERM', 'disconnect'] as const;
  for (const stop of stops) process.on(stop, forward);
  return new Promise((resolve) => {
    const finish = (code: number | null) => {
      for (const stop of stops) process.off(stop, forward);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(error.message);
      finish(1);
    });
    child.once('exit', finish);
  });
}

let failed = false;
for (const script of campaigns.filter((each) => existsSync(join(root, each)))) {
  const code = await run(script);
  if (code !== 0) failed = true;
  // Whoever stops one of them stops them all.
  if (code === null) break;
}
process.exit(failed ? 1 : 0);
