import {
  type UsageReport,
  usageQueue,
  usageReportJob,
  usageReportJobId,
} from '@weir/contracts/jobs/usage-report';
import { type ControlDb, migrateControl, openControl } from '@weir/db/control';
import { askForMail } from '@weir/mail/mail.store';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { MetadataStore } from '@weir/metadata-store/port';
import { createCells, localCellId } from '@weir/provisioning/cells';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import { createLogger } from '@weir/runtime/logger';
import { startTestRedis, type TestRedis } from '@weir/testing/redis-for-tests';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { smtpTransport } from './mail/mail-transport.ts';
import { WorkerMetrics } from './metrics.ts';
import { type RunningWorker, startWorker } from './start-worker.ts';
import { noBrokers } from './testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from './testing/outside-for-tests.ts';
import { startTestSmtp, type TestSmtp } from './testing/smtp-for-tests.ts';

const organizationId = '00000000-0000-4000-8000-000000000001';
let database: TestDatabase;
let redis: TestRedis;
let db: ControlDb;
let cell: MetadataStore;
let worker: RunningWorker;
let client: Redis;
let smtp: TestSmtp;

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startTestRedis()]);
  await migrateControl(database.url);
  db = openControl({ url: database.url });
  cell = createMemoryMetadataStore();
  const logger = createLogger('worker', 'silent');
  smtp = await startTestSmtp();
  const transport = smtpTransport(smtp.url, 'no-reply@weir.example.com');
  const mail = {
    transport,
    consoleUrl: 'https://console.example.com',
    authSecret: 'a secret for tests'.repeat(2),
  };
  const cells = createCells({ [localCellId]: cell });
  const deps = {
    db,
    cells,
    clock: { now: () => Date.now() },
    logger,
    metrics: new WorkerMetrics(),
    mail,
    issuedBy: [],
    brokerHost: 'localhost',
    findTxtRecords: noDns,
    brokers: noBrokers,
    outside: nobodyOutside,
    payments: null,
  };
  client = new Redis(redis.server.url, { maxRetriesPerRequest: null });
  await db.organization.create({ data: { id: organizationId, displayName: 'o', founderUserId: 'u-1' } });
  await db.environment.create({ data: { id: 'env-1', organizationId, displayName: 'default' } });
  worker = startWorker(deps, redis.server.url);
});
afterAll(async () => {
  await worker.close();
  client.disconnect();
  await db.$disconnect();
  await Promise.all([redis.remove(), database.drop(), smtp.stop()]);
});

/** As a request leaves it that died after its commit. */
const intend = async (id: string) => {
  const fields = { availability: 'SINGLE_ZONE', cloud: 'LOCAL', region: 'local', cellId: localCellId };
  await db.$transaction(async (tx) => {
    await tx.cluster.create({
      data: {
        id,
        organizationId,
        environmentId: 'env-1',
        displayName: id,
        kind: 'Basic',
        phase: 'PROVISIONING',
        deletionProtection: false,
        ...fields,
      },
    });
    await addToOutbox(tx, 'cluster', id, Date.now() - 60_000);
  });
};
const phaseOf = async (id: string) => (await db.cluster.findUnique({ where: { id } }))?.phase;

it('applies what a request left behind', async () => {
  await intend('lkc-left');
  await vi.waitFor(async () => expect(await phaseOf('lkc-left')).toBe('PROVISIONED'), { timeout: 15_000 });
  expect(await cell.findCluster('lkc-left')).not.toBeNull();
});

it('finds everything due again after Redis was flushed', async () => {
  await intend('lkc-flushed');
  await client.flushall();
  await vi.waitFor(async () => expect(await phaseOf('lkc-flushed')).toBe('PROVISIONED'), { timeout: 15_000 });
});

it('sends the mail that is due, also after Redis was flushed', async () => {
  const ask = async (recipient: string) => {
    await db.user.create({ data: { id: recipient, name: 'Ada', email: recipient } });
    const content = { kind: 'verify-address', params: {} } as const;
    await db.$transaction((tx) => askForMail(tx, { recipient, userId: recipient, content }, Date.now()));
  };
  const arrived = (recipient: string) =>
    vi.waitFor(() => expect(smtp.letters.filter(({ to }) => to.includes(recipient))).toHaveLength(1), {
      timeout: 15_000,
    });
  await ask('one@example.com');
  await arrived('one@example.com');
  await ask('two@example.com');
  await client.flushall();
  await arrived('two@example.com');
});

it('records usage reports, and puts one aside that is not a report', async () => {
  const queue = new Queue(usageQueue, { connection: client });
  const windowStartMs = Date.parse('2026-01-01T10:00:00Z');
  const report: UsageReport = {
    brokerId: 1,
    bootEpoch: 1,
    windowStartMs,
    windowEndMs: windowStartMs + 10_000,
    rows: [{ clusterId: 'lkc-1', principal: 'User:u-1', topic: 't', meter: 'bytes_in', quantity: 42 }],
  };
  await queue.add(usageReportJob, { nonsense: true }, { attempts: 3 });
  await queue.add(usageReportJob, report, { jobId: usageReportJobId(report) });
  await vi.waitFor(async () => {
    const row = await db.usageMinute.findFirst({ where: { clusterId: 'lkc-1' } });
    expect(row?.quantity).toBe(42n);
    expect(await queue.getFailedCount()).toBe(1);
  });
  await queue.close();
});
