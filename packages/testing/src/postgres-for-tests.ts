import './provided.ts';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { startPostgresServer } from '@weir/local-servers/postgres-server';
import type { TestProject } from 'vitest/node';
import { dropModels } from './model-database.ts';

/**
 * Vitest global set-up: one real Postgres for the whole run, that of DATABASE_URL or one of our own that
 * is gone afterwards. It never syncs: these databases do not outlive the run.
 */
export default async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `weir_model_${randomBytes(6).toString('hex')}_`;
  project.provide('modelPrefix', prefix);
  const existing = process.env.DATABASE_URL;
  if (existing !== undefined && existing !== '') {
    project.provide('databaseUrl', existing);
    return () => dropModels(existing, prefix);
  }
  const directory = mkdtempSync(join(tmpdir(), 'weir-test-postgres-'));
  chmodSync(directory, 0o755); // The server may run as another user, who has to reach its data below.
  const server = await startPostgresServer({
    directory: join(directory, 'data'),
    port: await findFreePort(),
    password: null,
    logFile: join(directory, 'postgres.log'),
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      shared_buffers: '64MB',
    },
  });
  project.provide('databaseUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
