import { migrateCell } from '@weir/db/migrate-cell';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accepted, Brokers, brokerOf, changeOf, clusterOf, topicOf } from '../conformance-fixtures.ts';
import type { TopicRecord } from '../model.ts';
import type { Election, MetadataStore } from '../port.ts';
import { openPostgresMetadataStore } from './open.ts';

const topicCount = 10;
const partitionCount = 1_000;
const allPartitions = topicCount * partitionCount;
/** Far above what it takes where nothing else runs: that is well under a second. */
const failoverMsMax = 5_000;

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

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await work();
  const tookMs = performance.now() - began;
  expect(tookMs, what).toBeLessThan(failoverMsMax);
  return value;
}

async function rowsLedBy(store: MetadataStore, topics: readonly TopicRecord[], leader: number) {
  const now = await Promise.all(topics.map((topic) => store.findTopic('lkc-a', topic.name)));
  return now.flatMap((topic) =>
    (topic?.partitions ?? []).flatMap((row, index) =>
      row.leader === leader ? [{ topicId: topic?.topicId ?? '', row, index }] : [],
    ),
  );
}

test(`${allPartitions} partitions fail over in chunks, and are told, each step in under ${failoverMsMax} ms`, async () => {
  await migrateCell(database.url, 'cell_wide');
  const store = openPostgresMetadataStore({ url: database.url, schema: 'cell_wide' });
  const passMs = async (ms: number) => {
    await session.query(
      `UPDATE cell_wide.broker_leases SET lease_until = lease_until - $1 * interval '1 ms',
         renewed_since = renewed_since - $1 * interval '1 ms'`,
      [ms],
    );
  };
  const brokers = new Brokers({ store, passMs });
  const cluster = clusterOf('lkc-a');
  await store.applyCluster({ ...cluster, limits: { ...cluster.limits, partitionsMax: allPartitions } });
  await brokers.begin(1, 2, 3);
  const topics: TopicRecord[] = [];
  for (let at = 0; at < topicCount; at++) {
    const asked = topicOf('lkc-a', `topic-${at}`, { partitionCount, replicationFactor: 3 });
    topics.push(accepted(await store.createTopic(asked)));
  }
  /** With as much renewing before it as makes the first of the living trusted, however long the step before took. */
  const elect = async (what: string, ...alive: readonly number[]): Promise<Election> => {
    await brokers.pass(2_400, ...alive);
    return timed(what, async () => accepted(await store.electLeaders(brokers.life(alive[0] ?? 0))));
  };

  // Broker 1 leads all of it alone, the others come back, and it takes them into the ISR again.
  expect(await elect('two brokers of three are gone', 1)).toMatchObject({
    fencedBrokers: [2, 3],
    partitionsChanged: 5_000,
    isComplete: false,
  });
  expect(await elect('the rest of where they were in sync', 1)).toMatchObject({
    fencedBrokers: [],
    partitionsChanged: 5_000,
    isComplete: true,
  });
  for (const brokerId of [2, 3]) accepted(await store.unfenceBroker(brokers.life(brokerId)));
  const isr = [1, 2, 3].map((brokerId) => brokers.life(brokerId));
  const joined = await timed('the leader takes them into every ISR', async () => {
    const outcomes = await Promise.all(
      topics.map(async (topic) => {
        const now = await store.findTopic('lkc-a', topic.name);
        const changes = (now?.partitions ?? []).map((record, index) =>
          changeOf(topic.topicId, record, { kind: 'isr', isr }, index),
        );
        return accepted(await store.alterPartitions(brokers.life(1), changes));
      }),
    );
    return outcomes.flat();
  });
  expect(joined.filter((outcome) => outcome.ok)).toHaveLength(allPartitions);
  await timed('it begins its next life', () => brokers.begin(1));

  // All of it fails over to the others.
  const { version } = await store.changesSince(0);
  const first = await elect('the leader of everything is gone', 2, 3);
  expect(first).toMatchObject({ fencedBrokers: [1], partitionsChanged: 5_000, isComplete: false });
  const left = await rowsLedBy(store, topics, 1);
  expect(left).toHaveLength(5_000);
  const refused = await store.alterPartitions(
    brokers.life(1),
    left.map(({ topicId, row, index }) => changeOf(topicId, row, { kind: 'next-epoch' }, index)),
  );
  expect(accepted(refused).filter((outcome) => outcome.ok)).toEqual([]);
  const second = await elect('the rest of what it led', 2, 3);
  expect(second).toMatchObject({ fencedBrokers: [], partitionsChanged: 5_000, isComplete: true });
  const { changes } = await timed('a reader learns of it', () => store.changesSince(version));
  const told = changes.flatMap((change) => (change.kind === 'partitions' ? change.partitions : []));
  expect(told).toHaveLength(allPartitions);
  const leaders = Map.groupBy(told, ({ record }) => record.leader);
  expect([...leaders.keys()].toSorted()).toEqual([2, 3]);
  expect(await elect('nothing is left to do', 2, 3)).toMatchObject({ partitionsChanged: 0 });
  await timed('it comes back with an empty directory', () =>
    brokers.register(brokerOf(1, { directoryId: 'YW5vdGhlciBkaXJlY3Rvcnk' })),
  );
  await store.close();
}, 60_000);
