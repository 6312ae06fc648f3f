import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainStart, hashOf } from '@weir/audit-log/chain';
import { startBroker } from '@weir/broker/broker';
import { noUsage } from '@weir/broker/metering/no-usage';
import { nodeClock } from '@weir/broker/node-deps/node-clock';
import { createNodeDisk } from '@weir/broker/node-deps/node-disk';
import { nodeHeap } from '@weir/broker/node-deps/node-heap';
import { nodeNetwork } from '@weir/broker/node-deps/node-network';
import { nodeRandom } from '@weir/broker/node-deps/node-random';
import { createNodeWorkers } from '@weir/broker/node-deps/node-workers';
import { clusterRecord } from '@weir/broker/testing/identity-for-tests';
import { AuditCloudEvent } from '@weir/contracts/audit-delivery';
import { type ControlDb, migrateControl, openControl } from '@weir/db/control';
import { migrateCell } from '@weir/db/migrate-cell';
import { ActingCredentials } from '@weir/kafka-client/acting-credentials';
import { findFreePort } from '@weir/local-servers/free-port';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { systemClock } from '@weir/runtime/clock';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase } from '@weir/testing/test-database';
import { Kafka, logLevel } from 'kafkajs';

export const cellSchema = 'cell_local';
const migrated = {
  name: 'worker_migrated',
  prepare: (url: string) => Promise.all([migrateControl(url), migrateCell(url, cellSchema)]),
};
const quiet = () => undefined;

/** Both stores on a real Postgres, and a real broker of the cell. */
export async function startAuditedCell() {
  const database = await createTestDatabase(migrated);
  const db = openControl({ url: database.url });
  const cell = openPostgresMetadataStore({ url: database.url, schema: cellSchema, onIncident: quiet });
  const port = await findFreePort();
  const directory = mkdtempSync(join(tmpdir(), 'weir-worker-broker-'));
  const start = () => startCellBroker(directory, cell, port);
  let broker = await start();
  return {
    ...{ database, db, cell },
    endpoint: `localhost:${port}`,
    stopBroker: () => broker.stop(),
    startBroker: async () => {
      broker = await start();
    },
    newCompany: (configs: Readonly<Record<string, string>> = {}) =>
      newCompany(db, cell, `localhost:${port}`, configs),
    stop: async () => {
      await broker.stop();
      await Promise.all([cell.close(), db.$disconnect()]);
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const startCellBroker = (directory: string, metadata: MetadataStore, listenPort: number) =>
  startBroker(
    {
      clock: nodeClock,
      disk: createNodeDisk(directory),
      network: nodeNetwork,
      peerNetwork: nodeNetwork,
      metadata,
      random: nodeRandom,
      usage: noUsage,
      log: { info: quiet, warn: quiet, error: quiet },
      heap: nodeHeap,
      workers: createNodeWorkers(),
    },
    {
      brokerId: 1,
      listenHost: '127.0.0.1',
      listenPort,
      advertisedHost: 'localhost',
      advertisedPort: null,
      durability: 'os',
      anonymousClusterId: null,
    },
  );

/** An organization with a cluster, a topic for its log, and an account that may write to it. */
async function newCompany(
  db: ControlDb,
  cell: MetadataStore,
  endpoint: string,
  configs: Readonly<Record<string, string>>,
) {
  const mark = randomUUID().slice(0, 8);
  const organizationId = randomUUID();
  const of = { clusterId: `lkc-${mark}`, serviceAccountId: `sa-${mark}`, topicName: 'audit' };
  const { clusterId, serviceAccountId, topicName } = of;
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  const environmentId = `env-${mark}`;
  await db.environment.create({ data: { id: environmentId, organizationId, displayName: 'e' } });
  await db.cluster.create({
    data: {
      ...{ id: clusterId, organizationId, environmentId, displayName: 'c', kind: 'Basic', cellId: 'local' },
      ...{ availability: 'LOW', cloud: 'LOCAL', region: 'local', phase: 'PROVISIONED' },
      deletionProtection: false,
    },
  });
  const account = { id: serviceAccountId, organizationId, displayName: 's', description: '' };
  await db.serviceAccount.create({ data: account });
  await cell.applyCluster(clusterRecord(clusterId));
  const topic = { clusterId, name: topicName, partitionCount: 2, replicationFactor: 1 };
  const made = await cell.createTopic({ ...topic, configs, validateOnly: false });
  if (!made.ok) throw new Error(made.message);
  const acl = (principal: string, operation: 'WRITE' | 'READ', resourceType: 'TOPIC' | 'GROUP') => ({
    ...{ clusterId, principal, operation, resourceType, resourceName: '*', host: '*' },
    ...({ patternType: 'LITERAL', permission: 'ALLOW' } as const),
  });
  const mayWrite = acl(`User:${serviceAccountId}`, 'WRITE', 'TOPIC');
  await cell.applyAcl(mayWrite);
  for (const type of ['TOPIC', 'GROUP'] as const) await cell.applyAcl(acl('User:reader', 'READ', type));
  const setDelivery = (deliveredSequence = 0n) =>
    db.auditDelivery.create({ data: { organizationId, ...of, deliveredSequence, dueAt: new Date(0) } });
  return {
    ...{ organizationId, ...of, mayWrite, setDelivery },
    add: (count: number) => addEvents(db, organizationId, count),
    read: (count: number) => readEvents(cell, endpoint, of, count),
    delivery: () => db.auditDelivery.findUniqueOrThrow({ where: { organizationId } }),
  };
}

/** More events of a log, chained as the API chains them. */
async function addEvents(db: ControlDb, organizationId: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const last = await db.auditEvent.findFirst({ where: { organizationId }, orderBy: { sequence: 'desc' } });
    const event = {
      ...{ organizationId, sequence: (last?.sequence ?? 0n) + 1n, id: randomUUID(), time: new Date() },
      ...{ action: 'cluster.update', outcome: 'SUCCESS', actorKind: 'User', actorId: 'u-1', via: 'session' },
      ...{ resourceKind: 'Cluster', resourceId: 'lkc-1', sourceIp: null, requestId: null },
      ...{ before: { at }, after: { at: at + 1 }, previousHash: last?.hash ?? chainStart },
    };
    await db.auditEvent.create({ data: { ...event, hash: hashOf(event) } });
  }
}

interface ReadFrom {
  readonly clusterId: string;
  readonly topicName: string;
}

/** The first so many records of partition 0, as a Kafka client of somebody else gets them. */
async function readEvents(
  cell: MetadataStore,
  endpoint: string,
  { clusterId, topicName }: ReadFrom,
  count: number,
) {
  const credentials = new ActingCredentials(systemClock, createLogger('test', 'silent'));
  const reader = { clusterId, store: cell, principal: 'User:reader', isOwnPage: false };
  const { keyId: username, secret: password } = await credentials.for(reader);
  const sasl = { mechanism: 'plain', username, password } as const;
  const kafka = new Kafka({ brokers: [endpoint], sasl, ssl: false, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: randomUUID() });
  const read: { key: string; partition: number; event: AuditCloudEvent }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: topicName, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`only ${read.length} records came`)), 20_000);
      const eachMessage = async ({
        message,
        partition,
      }: {
        message: { key: Buffer | null; value: Buffer | null };
        partition: number;
      }) => {
        const event = AuditCloudEvent.parse(JSON.parse(message.value?.toString() ?? ''));
        read.push({ key: message.key?.toString() ?? '', partition, event });
        if (read.length < count) return;
        clearTimeout(patience);
        resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
    await credentials.close();
  }
  return read;
}
