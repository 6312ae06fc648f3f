import 'reflect-metadata';
import { delimiter } from 'node:path';
import { inspect } from 'node:util';
import { openControl } from '@weir/db/control';
import { openCells } from '@weir/provisioning/cells';
import { systemClock } from '@weir/runtime/clock';
import { EnvError, parseEnv, postgresUrl, text } from '@weir/runtime/env';
import { UsageError } from './operator.ts';
import { runCommand, usage } from './run-command.ts';

// What `npm run admin` runs, with DATABASE_URL in its environment: for whoever runs this cloud.

const shape = {
  DATABASE_URL: postgresUrl(),
  CELL_DATABASE_URL: postgresUrl().optional(),
  /** Of the brokers of the cell on this machine. */
  WEIR_LOG_DIRECTORIES: text(''),
};

async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const { CELL_DATABASE_URL, DATABASE_URL, WEIR_LOG_DIRECTORIES } = parseEnv(shape, process.env);
  const db = openControl({ url: DATABASE_URL });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const onIncident = (message: string, cause: unknown) => console.warn(message, cause);
  const cells = openCells({ url: CELL_DATABASE_URL ?? DATABASE_URL, localSchema: 'cell_local', onIncident });
  const logDirectories = WEIR_LOG_DIRECTORIES.split(delimiter).filter((path) => path !== '');
  try {
    return await runCommand(args, { db, cells, logDirectories, clock: systemClock, print });
  } finally {
    await cells.close();
    await db.$disconnect();
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (cause) {
  const isAnswer = cause instanceof EnvError || cause instanceof UsageError;
  process.stderr.write(`${isAnswer ? cause.message : inspect(cause)}\n`);
  process.exitCode = 1;
}
