import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateCell } from '@weir/db/migrate-cell';
import { findFreePort } from '@weir/local-servers/free-port';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

let database: TestDatabase;
let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await migrateCell(database.url, 'cell_local');
  directory = mkdtempSync(join(tmpdir(), 'weir-figures-'));
});
afterAll(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

/** The program as it runs, and what it has said. */
const startProgram = async (metricsPort: number) => {
  const port = await findFreePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      CELL_DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl'),
      WEIR_DATA_DIR: directory,
      WEIR_BROKER_PORT: String(port),
      WEIR_BROKER_METRICS_PORT: String(metricsPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, text: () => said.join('') };
};

it('a broker that is told a port shows its figures there, on loopback, and lets go of it', async () => {
  const metricsPort = await findFreePort();
  const url = `http://127.0.0.1:${metricsPort}`;
  const { child, ended } = await startProgram(metricsPort);
  const isUp = () =>
    fetch(`${url}/healthz`).then(
      (reply) => reply.status,
      () => 0,
    );
  await expect.poll(isUp, { timeout: 15_000 }).toBe(200);
  const reply = await fetch(`${url}/metrics`);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  const text = await reply.text();
  expect(text).toMatch(/^# TYPE weir_broker_connections gauge\nweir_broker_connections \d+$/m);
  expect(text).toMatch(/^weir_broker_kept_bytes\{kind="groups"\} \d+$/m);
  expect(text).toMatch(/^nodejs_heap_size_used_bytes \d+/m);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(await isUp()).toBe(0);
});

it('a port for figures that is taken stops the start, and says which setting it is', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const { ended, text } = await startProgram(taken);
  expect(await ended).toBe(1);
  expect(text()).toContain(`Port ${taken} on 127.0.0.1 is taken by another process.`);
  expect(text()).toContain('WEIR_BROKER_METRICS_PORT');
  await new Promise((resolve) => server.close(resolve));
});
