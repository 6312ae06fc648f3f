import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations } from './apply-migrations.ts';
import { schemaDirectory } from './datamodel.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('who was a member before there were role bindings keeps the role, and the cells are told of it', async () => {
  const migrations = join(schemaDirectory('control'), 'migrations');
  const migrationsDir = await mkdtemp(join(tmpdir(), 'weir-control-before-'));
  for (const name of await readdir(migrations)) {
    if (!/^\d+_/.test(name) || name >= '20261122080000') continue;
    await cp(join(migrations, name), join(migrationsDir, name), { recursive: true });
  }
  await applyMigrations({ url: database.url, schema: 'public', migrationsDir });
  const [one, two] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  await client.query(`
    INSERT INTO users (id, name, email, updated_at) VALUES ('u-1', 'a', 'a@x', now()), ('u-2', 'b', 'b@x', now());
    INSERT INTO organizations (id, display_name, updated_at) VALUES ('${one}', 'o', now()), ('${two}', 'p', now());
    INSERT INTO members (organization_id, user_id, role) VALUES
      ('${one}', 'u-1', 'OrganizationAdmin'), ('${one}', 'u-2', 'OrganizationAdmin'), ('${two}', 'u-2', 'OrganizationAdmin');
    INSERT INTO environments (id, organization_id, display_name, updated_at) VALUES ('env-1', '${one}', 'd', now());
    INSERT INTO clusters (id, organization_id, environment_id, display_name, kind, availability, cloud, region, cell_id,
      phase, deletion_protection, updated_at, deleted_at) VALUES
      ('lkc-1', '${one}', 'env-1', 'c', 'Basic', 'SINGLE_ZONE', 'LOCAL', 'local', 'local', 'PROVISIONED', false, now(), null),
      ('lkc-2', '${one}', 'env-1', 'c', 'Basic', 'SINGLE_ZONE', 'LOCAL', 'local', 'local', 'DELETING', false, now(), now())`);
  await rm(migrationsDir, { recursive: true });
  await applyMigrations({ url: database.url, schema: 'public', migrationsDir: migrations });
  const bound = await client.query(
    `SELECT organization_id, principal_kind, principal_id, role_name, crn_pattern, scope FROM role_bindings
     ORDER BY organization_id, principal_id`,
  );
  const admin = (organization: string, id: string) => ({
    organization_id: organization,
    principal_kind: 'User',
    principal_id: id,
    role_name: 'OrganizationAdmin',
    crn_pattern: `crn://weir/organization=${organization}`,
    scope: `crn://weir/organization=${organization}`,
  });
  expect(bound.rows).toEqual([admin(one, 'u-1'), admin(one, 'u-2'), admin(two, 'u-2')]);
  const told = await client.query('SELECT subject_kind, subject_id, applied_at FROM outbox');
  expect(told.rows).toEqual([{ subject_kind: 'access', subject_id: 'lkc-1', applied_at: null }]);
});
