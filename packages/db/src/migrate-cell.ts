import { fileURLToPath } from 'node:url';
import { applyMigrations } from './apply-migrations.ts';

const migrationsDir = fileURLToPath(new URL('../../../prisma/cell/migrations', import.meta.url));

/**
 * Brings one cell's Postgres schema up to date, making it if it is missing. Returns the names of the
 * migrations it applied; throws MigrationError. The tables are `packages/metadata-store`'s to read and write.
 */
export const migrateCell = (url: string, schema: string): Promise<readonly string[]> =>
  applyMigrations({ url, schema, migrationsDir });
