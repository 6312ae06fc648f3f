import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findLocalCell } from './cell/local-cell.ts';
import { StartError } from './launcher/settings.ts';
import { root } from './root.ts';
import { runTurbo } from './setup/build.ts';

// `npm run admin -- …`: for whoever runs this cloud. Finds its control store, and leaves the rest to the API's program.

/** Of the cloud that runs on this machine, unless another one's is given. */
function databaseUrl(): string {
  const { DATABASE_URL: given } = process.env;
  return given !== undefined && given !== '' ? given : findLocalCell(process.env, root).databaseUrl;
}

const args = process.argv.slice(2);
try {
  const isHelp = args.includes('--help') || args.includes('-h');
  const env = { ...process.env, DATABASE_URL: isHelp ? '' : databaseUrl() };
  const program = join(root, 'apps', 'api', 'dist', 'admin.js');
  // Not built anew where it is there: a cloud that runs has its programs in the same place.
  if (!existsSync(program)) await runTurbo('build', { only: ['@weir/api'] });
  process.exitCode = spawnSync(process.execPath, [program, ...args], { env, stdio: 'inherit' }).status ?? 1;
} catch (cause) {
  if (!(cause instanceof StartError)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exitCode = 1;
}
