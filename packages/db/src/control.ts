import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
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
}

const defaultSchema = 'control';
const connectMsMax = 10_000;
const statementMsMax = 15_000;
const transactionWaitMsMax = 5_000;

/** Connects lazily: the first statement tells whether the server is there. Call `$disconnect` at the end. */
export const openControl = (options: ControlOptions): ControlDb => {
  const { url, schema } = splitSchema(options.url);
  const adapter = new PrismaPg(
    {
      connectionString: url,
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
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
};

/** Cannot reach the server; it closed the connection; no free connection; no transaction could begin. */
const unavailableCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'ECONNREFUSED']);

/** Prisma's own parameter is taken off, since Postgres drivers would pass it on to the server. */
const splitSchema = (text: string): { url: string; schema: string } => {
  const url = new URL(text);
  const schema = url.searchParams.get('schema') ?? defaultSchema;
  url.searchParams.delete('schema');
  return { url: url.href, schema };
};
