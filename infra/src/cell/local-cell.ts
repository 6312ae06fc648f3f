import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runningLauncher } from '../launcher/data-lock.ts';
import { readSettings, StartError } from '../launcher/settings.ts';
import { isSame, type ProcessIdentity } from '../processes/proc.ts';

/** The cell that a launcher runs on this machine at the moment. */
export interface LocalCell {
  readonly dataDirectory: string;
  readonly databaseUrl: string;
}

/** Throws StartError with what to do when no cell runs, or when its database cannot be found. */
export function findLocalCell(env: Readonly<Record<string, string | undefined>>, from: string): LocalCell {
  const { dataDirectory, databaseUrl } = readSettings(env, from);
  const launcher = runningLauncher(dataDirectory);
  if (launcher === null) {
    throw new StartError(
      `No cell runs on ${dataDirectory}: start one with npm start, or set WEIR_DATA_DIR to the directory of the one you mean.`,
    );
  }
  if (launcher.isStopping) throw new StartError(`The cell on ${dataDirectory} is stopping.`);
  if (launcher.processes.some(({ name }) => name === 'postgres')) {
    return { dataDirectory, databaseUrl: urlOfOwnPostgres(dataDirectory) };
  }
  if (databaseUrl !== null) return { dataDirectory, databaseUrl };
  throw new StartError(
    `The cell on ${dataDirectory} has no database yet, or one that was given: set DATABASE_URL as for its start.`,
  );
}

/** Postgres tells its port in its own directory, and the password lies where only its owner reads it. */
function urlOfOwnPostgres(dataDirectory: string): string {
  try {
    // The fourth line is the port (PostgreSQL, "Database File Layout").
    const port = readFileSync(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
    const password = readFileSync(join(dataDirectory, 'secrets', 'postgres-password'), 'utf8').trim();
    return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `The database of the cell on ${dataDirectory} cannot be found (${reason}): wait until it has started, and be the user who started it.`,
      { cause },
    );
  }
}

/** Processes of brokers that the launcher runs now, by broker id. */
export function brokerProcesses({
  dataDirectory,
}: Pick<LocalCell, 'dataDirectory'>): ReadonlyMap<number, ProcessIdentity> {
  const processes = new Map<number, ProcessIdentity>();
  for (const { name, ...identity } of runningLauncher(dataDirectory)?.processes ?? []) {
    const [match, id = '1'] = /^broker(?:-(\d+))?$/.exec(name) ?? [];
    if (match !== undefined && isSame(identity)) processes.set(Number(id), identity);
  }
  return new Map([...processes].toSorted(([one], [other]) => one - other));
}

/** Whether it was started as a cell of one broker, which takes no followers. */
export function isLone({ dataDirectory }: Pick<LocalCell, 'dataDirectory'>): boolean {
  return runningLauncher(dataDirectory)?.processes.some(({ name }) => name === 'broker') === true;
}
