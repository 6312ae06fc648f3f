import { migrateCell } from '@weir/db/migrate-cell';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokerLeaseMs } from '../broker-rules.ts';
import { describeMetadataStore } from '../conformance.ts';
import { accepted, Brokers, clusterOf, furnish, topicOf } from '../conformance-fixtures.ts';
import { noUse } from '../limit-shares.ts';
import { type MetadataStore, StoreError } from '../port.ts';
import { openPostgresMetadataStore } from './open.ts';

let database: TestDatabase;
/** For what no store does. */
let session: pg.Client;
let schemas = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  session = new pg.Client({ connectionString: database.url });
  await session.connect();
});
afterAll(async () => {
  await session.end();
  await database.drop();
});

const incidents: string[] = [];
const onIncident = (message: string) => incidents.push(message);

async function newCell(): Promise<{ readonly schema: string; open(): MetadataStore }> {
  schemas += 1;
  const schema = `cell_${schemas}`;
  await migrateCell(database.url, schema);
  return { schema, open: () => openPostgresMetadataStore({ url: database.url, schema, onIncident }) };
}

async function makeLeasesOlder(schema: string, ms: number): Promise<void> {
  await session.query(
    `UPDATE ${schema}.broker_leases SET lease_until = lease_until - $1 * interval '1 ms',
       renewed_since = renewed_since - $1 * interval '1 ms'`,
    [ms],
  );
}

describeMetadataStore('postgres', async () => {
  const { schema, open } = await newCell();
  const opened = [open()];
  const [store] = opened;
  if (store === undefined) throw new Error('a list with one store has none');
  const another = async () => {
    const other = open();
    opened.push(other);
    return other;
  };
  const close = async () => {
    await Promise.all(opened.map((each) => each.close()));
  };
  return { store, another, passMs: (ms) => makeLeasesOlder(schema, ms), close };
});

/** Ends the backends of this database whose application has that name, as a failover would. */
async function terminate(application: string): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1`,
    [application],
  );
  await client.end();
  return rowCount ?? 0;
}

test('a watch whose connection was ended connects again, and calls for what it may have missed', async () => {
  const { open } = await newCell();
  const [store, writer] = [open(), open()];
  let wake = () => {};
  const call = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const listening = call();
  const stop = store.watch(() => wake());
  await listening;
  const again = call();
  expect(await terminate('weir-metadata-watch')).toBe(1);
  await again;
  expect(incidents.some((incident) => incident.includes('trying again'))).toBe(true);
  const heard = call();
  await writer.applyCluster(clusterOf('lkc-a'));
  await heard;
  stop();
  await Promise.all([store.close(), writer.close()]);
});

test('works again after its connections were ended', async () => {
  const { open } = await newCell();
  const store = open();
  await furnish(store);
  expect(await terminate('weir-metadata-store')).toBeGreaterThan(0);
  const attempt = async (): Promise<void> => {
    try {
      accepted(await store.createTopic(topicOf('lkc-a', 'orders')));
    } catch (error) {
      // The pool learns of the broken connection by using it; the port says: read before you conclude.
      expect(error).toBeInstanceOf(StoreError);
      expect(await store.findTopic('lkc-a', 'orders')).toBeNull();
      await attempt();
    }
  };
  await attempt();
  expect(await store.findTopic('lkc-a', 'orders')).not.toBeNull();
  await store.close();
});

test('an operation on a database that is away throws StoreError that names it', async () => {
  const url = 'postgresql://postgres@127.0.0.1:1/postgres';
  const store = openPostgresMetadataStore({ url, schema: 'cell_local', onIncident });
  const failure = await store.findCluster('lkc-a').catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(StoreError);
  expect(failure).toMatchObject({ message: 'findCluster', cause: { code: 'ECONNREFUSED' } });
  await expect(store.applyCluster(clusterOf('lkc-a'))).rejects.toThrow(StoreError);
  await store.close();
});

test('while one proposer elects, others do nothing and wait for nothing', async () => {
  const { schema, open } = await newCell();
  const store = open();
  const brokers = new Brokers({ store, passMs: (ms) => makeLeasesOlder(schema, ms) });
  await brokers.begin(1, 2);
  await brokers.pass(brokerLeaseMs + 300, 1);
  const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
  await session.query('BEGIN');
  await session.query(lock, [`weir_cell_${schema}/electLeaders`]);
  expect(accepted(await store.electLeaders(brokers.life(1)))).toMatchObject({ fencedBrokers: [] });
  await session.query('ROLLBACK');
  await brokers.pass(brokerLeaseMs + 300, 1);
  expect(accepted(await store.electLeaders(brokers.life(1)))).toMatchObject({ fencedBrokers: [2] });
  await store.close();
});

test('a renewal waits for no mutation that is under way, and for no lock on the lease of another', async () => {
  const { schema, open } = await newCell();
  const store = open();
  const brokers = new Brokers({ store, passMs: (ms) => makeLeasesOlder(schema, ms) });
  await brokers.begin(1, 2);
  await session.query('BEGIN');
  await session.query(`SELECT 1 FROM ${schema}.cell FOR UPDATE`);
  await session.query(`SELECT 1 FROM ${schema}.broker_leases WHERE broker_id = 2 FOR UPDATE`);
  accepted(await store.renewLease(brokers.life(1), 0));
  await session.query('ROLLBACK');
  accepted(await store.renewLease(brokers.life(2), 0));
  await store.close();
});

test('shares are told while a mutation is under way, and only rows that change are written', async () => {
  const { schema, open } = await newCell();
  const store = open();
  const brokers = new Brokers({ store, passMs: (ms) => makeLeasesOlder(schema, ms) });
  await furnish(store);
  await brokers.begin(1, 2);
  await session.query('BEGIN');
  await session.query(`SELECT 1 FROM ${schema}.cell FOR UPDATE`);
  await session.query(`UPDATE ${schema}.clusters SET intent_version = 2`);
  const uses = { ...noUse, connectionsMax: { wanted: 90, inUse: 40 } };
  const tell = async () => {
    accepted(await store.shareLimits(brokers.life(1), [{ clusterId: 'lkc-a', uses }]));
    const { rows } = await session.query<{ xmin: string }>(`SELECT xmin FROM ${schema}.limit_shares`);
    return rows;
  };
  const written = await tell();
  expect(written).toHaveLength(1);
  expect(await tell()).toEqual(written);
  await session.query('ROLLBACK');
  await store.removeCluster('lkc-a');
  expect(await tell()).toEqual([]);
  await store.close();
});

test('a schema name that could be anything but a name is refused', () => {
  expect(() => openPostgresMetadataStore({ url: database.url, schema: 'a;drop' })).toThrow(RangeError);
});
