import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@weir/testing/redis-for-tests';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cellSchema, startAuditedCell } from '../testing/audited-cluster.ts';

let scene: Awaited<ReturnType<typeof startAuditedCell>>;
let redis: TestRedis;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  [scene, redis] = await Promise.all([startAuditedCell(), startTestRedis()]);
}, 60_000);
afterAll(async () => {
  await Promise.all(workers.map(kill));
  await scene.stop();
  await redis.remove();
});

/** A worker as it runs, as a process. */
const startWorker = (): ChildProcess => {
  const { database, endpoint } = scene;
  const script = join(import.meta.dirname, '../main.ts');
  const cell = new URL(database.url);
  cell.searchParams.set('schema', cellSchema);
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    CELL_DATABASE_URL: cell.href,
    REDIS_URL: redis.server.url,
    WEIR_AUTH_SECRET: 'a secret that is long enough for this',
    WEIR_BROKER_BOOTSTRAP: endpoint,
    WEIR_LOG_LEVEL: 'error',
  };
  const worker = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  workers.push(worker);
  return worker;
};

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
};

it('a worker that is killed when the topic has events, and nobody has noted it, brings them again and loses none', async () => {
  const { db } = scene;
  const company = await scene.newCompany();
  await company.add(4);
  await company.setDelivery();
  // Whoever notes where a log stands waits, for longer than it lives.
  await db.$executeRaw`CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$`;
  await db.$executeRaw`CREATE TRIGGER wait_here BEFORE UPDATE OF delivered_sequence ON audit_deliveries
    FOR EACH ROW EXECUTE FUNCTION wait_here()`;
  const first = startWorker();
  const before = await company.read(4);
  await kill(first);
  await db.$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  await db.$executeRaw`DROP TRIGGER wait_here ON audit_deliveries`;
  expect((await company.delivery()).deliveredSequence).toBe(0n);
  await company.add(2);
  // As if the time that the killed one had the log to itself were over.
  await db.auditDelivery.updateMany({ data: { takenUntil: null } });
  startWorker();
  await vi.waitUntil(async () => (await company.delivery()).deliveredSequence === 6n, {
    timeout: 40_000,
    interval: 100,
  });
  const read = await company.read(10);
  const sequences = read.map(({ event }) => event.data?.sequence);
  expect(sequences).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 6]);
  // What came twice has the same id, by which whoever reads it knows it.
  expect(new Set(read.map(({ key }) => key)).size).toBe(6);
  expect(read.slice(4, 8).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
}, 120_000);
