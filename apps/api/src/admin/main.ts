import 'reflect-metadata';
import { inspect } from 'node:util';
import { openControl } from '@weir/db/control';
import { systemClock } from '@weir/runtime/clock';
import { EnvError, parseEnv, postgresUrl } from '@weir/runtime/env';
import { UsageError } from './operator.ts';
import { runCommand, usage } from './run-command.ts';

// What `npm run admin` runs, with DATABASE_URL in its environment: for whoever runs this cloud.

async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const { DATABASE_URL } = parseEnv({ DATABASE_URL: postgresUrl() }, process.env);
  const db = openControl({ url: DATABASE_URL });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  try {
    return await runCommand(args, { db, clock: systemClock, print });
  } finally {
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
