import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '@weir/db/apply-migrations';
import { migrateCell } from '@weir/db/migrate-cell';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AclIndex } from '../acl-index.ts';
import { accepted, Brokers, brokerOf, rolesOf } from '../conformance-fixtures.ts';
import { openPostgresMetadataStore } from './open.ts';

const migrations = fileURLToPath(new URL('../../../../prisma/cell/migrations/', import.meta.url));
const beforeReplicas = ['20261121000000_cell', '20261122000000_leases'];

let database: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  session = new pg.Client({ connectionString: database.url });
  await session.connect();
});
afterAll(async () => {
  await session.end();
  await database.drop();
});

test('a cell from before there were several brokers goes on: its partitions, its broker, its elections', async () => {
  const schema = 'cell_before';
  const migrationsDir = await mkdtemp(join(tmpdir(), 'weir-cell-before-'));
  for (const name of beforeReplicas) {
    await cp(join(migrations, name), join(migrationsDir, name), { recursive: true });
  }
  await applyMigrations({ url: database.url, schema, migrationsDir });
  await rm(migrationsDir, { recursive: true });
  await session.query(`SET search_path TO ${schema};
    UPDATE cell SET version = 3;
    INSERT INTO clusters VALUES ('lkc-a', '{}', false, 1, 1, 0);
    INSERT INTO brokers (broker_id, boot_epoch, host, port, directory_id, replica_count, leader_count, version)
      VALUES (1, 7, 'localhost', 9001, 'ZGlyZWN0b3J5IG9mIG9uZQ', 2, 2, 2);
    INSERT INTO broker_leases VALUES (1, 7, 'place 1', now());
    INSERT INTO topics VALUES ('AQEBAQEBQQGBAQEBAQEBAQ', 'lkc-a', 'orders', 'orders', '{}', 1, 3);
    INSERT INTO partitions (topic_id, partition, leader, leader_epoch, partition_epoch, replicas, isr)
      VALUES ('AQEBAQEBQQGBAQEBAQEBAQ', 0, 1, 0, 0, '{1}', '{1}'), ('AQEBAQEBQQGBAQEBAQEBAQ', 1, 1, 0, 0, '{1}', '{1}')`);
  await migrateCell(database.url, schema);
  const store = openPostgresMetadataStore({ url: database.url, schema });
  const passMs = async (ms: number) => {
    await session.query(
      `UPDATE broker_leases SET lease_until = lease_until - $1 * interval '1 ms',
         renewed_since = renewed_since - $1 * interval '1 ms'`,
      [ms],
    );
  };
  expect(await store.changesSince(3)).toEqual({ version: 3, changes: [] });
  expect(await rolesOf(store, 'orders')).toEqual({ leader: 1, leaderEpoch: 0, isr: [1], eligible: [] });
  const brokers = new Brokers({ store, passMs });
  await brokers.begin(2);
  const election = accepted(await brokers.surviveOnly(2));
  expect(election).toMatchObject({ fencedBrokers: [1], partitionsChanged: 2, isComplete: true });
  const { bootEpoch } = await brokers.register(brokerOf(1));
  expect(bootEpoch).toBe(8);
  for (const index of [0, 1]) {
    const roles = await rolesOf(store, 'orders', index);
    expect(roles).toEqual({ leader: 1, leaderEpoch: 2, isr: [1], eligible: [] });
  }
  expect((await store.changesSince(3)).changes.map((change) => change.kind)).toEqual([
    'broker',
    'broker',
    'partitions',
  ]);
  await store.close();
});

test('what came with keys of people as ACLs is what their roles allow, and what people wrote stays an ACL', async () => {
  const schema = 'cell_before_roles';
  const before = (await readdir(migrations)).filter((name) => /^\d+_/.test(name) && name < '20261122060000');
  const migrationsDir = await mkdtemp(join(tmpdir(), 'weir-cell-before-'));
  for (const name of before) await cp(join(migrations, name), join(migrationsDir, name), { recursive: true });
  await applyMigrations({ url: database.url, schema, migrationsDir });
  await rm(migrationsDir, { recursive: true });
  const acl = (id: string, principal: string, type: string, name: string, operation: string) =>
    `('lkc-a', '${id}', '${principal}', '${type}', 'LITERAL', '${name}', '${operation}', 'ALLOW', '*')`;
  await session.query(`SET search_path TO ${schema};
    UPDATE cell SET version = 3;
    INSERT INTO clusters (cluster_id, limits, auto_create_topics, intent_version, version, acls_version)
      VALUES ('lkc-a', '{}', false, 1, 1, 2), ('lkc-b', '{}', false, 1, 1, 0);
    INSERT INTO acls (cluster_id, key, principal, resource_type, resource_name, pattern_type, operation, permission, host)
      SELECT cluster_id, key, principal, type, name, pattern, operation, permission, host FROM (VALUES
      ${acl('1', 'User:u-1', 'TOPIC', '*', 'ALL')}, ${acl('2', 'User:u-1', 'GROUP', '*', 'ALL')},
      ${acl('3', 'User:u-1', 'TRANSACTIONAL_ID', '*', 'ALL')}, ${acl('4', 'User:u-1', 'CLUSTER', 'kafka-cluster', 'ALL')},
      ${acl('5', 'User:sa-1', 'TOPIC', '*', 'ALL')}, ${acl('6', 'User:u-1', 'TOPIC', 'orders', 'READ')})
      AS given (cluster_id, key, principal, type, pattern, name, operation, permission, host)`);
  await migrateCell(database.url, schema);
  const store = openPostgresMetadataStore({ url: database.url, schema });
  const { changes } = await store.changesSince(0);
  const told = changes.find((change) => change.kind === 'acls' && change.clusterId === 'lkc-a');
  if (told?.kind !== 'acls') throw new Error('nothing was told');
  const written = told.bindings.map(({ principal, resourceName }) => `${principal} ${resourceName}`);
  expect(written.toSorted()).toEqual(['User:sa-1 *', 'User:u-1 orders']);
  expect(told.roleGrants.version).toBe(0);
  const index = new AclIndex([], told.roleGrants.grants);
  expect(index.allows('User:u-1', 'h', 'WRITE', 'TOPIC', 'any')).toBe(true);
  expect(index.allows('User:u-1', 'h', 'ALTER', 'CLUSTER', 'kafka-cluster')).toBe(true);
  expect(index.allows('User:u-2', 'h', 'WRITE', 'TOPIC', 'any')).toBe(false);
  accepted(await store.applyRoleGrants('lkc-a', { version: 1, grants: [] }));
  expect((await store.changesSince(3)).changes).toMatchObject([{ roleGrants: { version: 1, grants: [] } }]);
  await store.close();
});
