import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { reach } from '@weir/postgres/reach';
import { applyMigrations } from './apply-migrations.ts';
import { Prisma, PrismaClient } from './generated/client.ts';

export { Prisma } from './generated/client.ts';

/** The client of the control plane's store. */
export type ControlDb = PrismaClient;
/** What a function takes that must run inside its caller's transaction. */
export type ControlTx = Prisma.TransactionClient;

export interface ControlOptions {
  /** `?schema=` names the Postgres schema, as in every Prisma URL; without it, `control`. */
  readonly url: string;
  /** Connections this process may hold. */
  readonly connectionsMax?: number;
  /** Milliseconds to wait for a connection; 10,000 without it. */
  readonly connectMsMax?: number;
  /** Milliseconds a statement may take; 15,000 without it. The server gives up first, this process a second later. */
  readonly statementMsMax?: number;
}

const defaultSchema = 'control';
const connectMsMaxUsual = 10_000;
const statementMsMaxUsual = 15_000;
const transactionWaitMsMax = 5_000;

/** Connects lazily: the first statement tells whether the server is there. Call `$disconnect` at the end. */
export const openControl = (options: ControlOptions): ControlDb => {
  const { url, schema } = splitSchema(options.url);
  const { connectMsMax = connectMsMaxUsual, statementMsMax = statementMsMaxUsual } = options;
  const adapter = new PrismaPg(
    {
      ...reach(url),
      // Raw statements name their tables without the schema.
      options: `-c search_path=${schema}`,
      max: options.connectionsMax ?? 10,
      connectionTimeoutMillis: connectMsMax,
      statement_timeout: statementMsMax,
      query_timeout: statementMsMax + 1_000,
    },
    { schema },
  );
  return new PrismaClient({
    adapter,
    transactionOptions: { maxWait: transactionWaitMsMax, timeout: statementMsMax },
  });
};

/** Brings the control plane's store up to date. Throws MigrationError. See `applyMigrations`. */
export const migrateControl = (urlWithSchema: string): Promise<readonly string[]> => {
  const { url, schema } = splitSchema(urlWithSchema);
  const migrationsDir = fileURLToPath(new URL('../../../prisma/control/migrations', import.meta.url));
  return applyMigrations({ url, schema, migrationsDir });
};

/** A unique constraint refused the row. */
export const isUniqueViolation = (cause: unknown): boolean =>
  cause instanceof Prisma.PrismaClientKnownRequestError && cause.code === 'P2002';

/**
 * The store did not answer in time, cannot be reached, or has no connection free, however wrapped: trying
 * again may help.
 */
export const isUnavailable = (error: unknown): boolean => {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (error instanceof Prisma.PrismaClientKnownRequestError && unavailableCodes.has(error.code)) return true;
  if (!(error instanceof Error)) return false;
  return tellsOfTime(error) || (error.cause !== undefined && isUnavailable(error.cause));
};

/** What Prisma hands on as the driver threw it: with a code of Node's or of Postgres, or with words alone. */
const tellsOfTime = (error: Error): boolean => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return unavailableCodes.has(code) || driverTimeouts.test(error.message);
};

/**
 * Of `pg` and `pg-pool`, which give these errors no code; of a failover, with the SQLSTATEs of a server that ends,
 * starts or has become a standby; the last is SQLSTATE 57014 in words.
 */
const driverTimeouts =
  /^(timeout exceeded when trying to connect|Query read timeout|Connection terminated|none of \d+ Postgres servers takes writes)|is a standby by now$|Code: `(57P0[123]|25006)`|canceling statement due to statement timeout/;

/** Cannot reach the server; it closed the connection; no free connection; no transaction could begin. */
const unavailableCodes = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

/** Prisma's own parameter is taken off, since Postgres drivers would pass it on to the server. */
const splitSchema = (text: string): { url: string; schema: string } => {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? defaultSchema;
  url.searchParams.delete('schema');
  return { url: url.href, schema };
};
