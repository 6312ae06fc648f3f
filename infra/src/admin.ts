import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findLocalCell } from './cell/local-cell.ts';
import { StartError } from './launcher/settings.ts';
import { root } from './root.ts';
import { runTurbo } from './setup/build.ts';

// `npm run admin -- …`: for whoever runs this cloud. Finds its control store, and leaves the rest to the API's program.

/** Of the cloud that runs on this machine, unless another one's is given. */
function placesOf(): { readonly DATABASE_URL: string; readonly WEIR_LOG_DIRECTORIES?: string } {
  const { DATABASE_URL: given } = process.env;
  if (given !== undefined && given !== '') return { DATABASE_URL: given };
  const { databaseUrl, dataDirectory } = findLocalCell(process.env, root);
  const brokers = readdirSync(dataDirectory).filter((name) => /^broker-\d+$/.test(name));
  const logs = brokers.map((name) => join(dataDirectory, name, 'logs'));
  return { DATABASE_URL: databaseUrl, WEIR_LOG_DIRECTORIES: logs.join(delimiter) };
}

const args = process.argv.slice(2);
try {
  const isHelp = args.includes('--help') || args.includes('-h');
  const env = { ...process.env, ...(isHelp ? {} : placesOf()) };
  const program = join(root, 'apps', 'api', 'dist', 'admin.js');
  // Not built anew where it is there: a cloud that runs has its programs in the same place.
  if (!existsSync(program)) await runTurbo('build', { only: ['@weir/api'] });
  process.exitCode = spawnSync(process.execPath, [program, ...args], { env, stdio: 'inherit' }).status ?? 1;
} catch (cause) {
  if (!(cause instanceof StartError)) throw cause;
  process.stderr.write(`${cause.message}\n`);
  process.exitCode = 1;
}
