import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptsConnections } from './processes/node-service.ts';
import { isSame } from './processes/proc.ts';
import { root } from './root.ts';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// Clusters with brokers of their own, as the launcher runs them: real programs, a real client.

let weir: Installation;
beforeAll(async () => {
  weir = await Installation.make();
});
afterAll(() => weir.remove());

const soon = { timeout: 60_000, interval: 200 };
const lines = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `line ${from + at}`);
const ownBrokers = () => weir.recorded().filter(({ name }) => name.startsWith('cell-broker-'));
const directories = () => readdirSync(weir.directory).filter((name) => /^broker-\d{4,}$/.test(name));

const read = async (tenant: Tenant): Promise<readonly string[]> =>
  (await tenant.kcat(['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q'])).trimEnd().split('\n');

/** What the installation's own database says. */
async function ask<Row extends pg.QueryResultRow>(statement: string): Promise<readonly Row[]> {
  const port = readFileSync(join(weir.directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(weir.directory, 'secrets', 'postgres-password'), 'utf8').trim();
  const client = new pg.Client({ host: '127.0.0.1', port: Number(port), user: 'postgres', password });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

test('a Dedicated cluster has brokers of its own, comes back whatever is killed, changes its size and its program while it serves, and leaves nothing', async () => {
  const first = weir.launch({ WEIR_DEDICATED_BROKERS: '3' });
  await first.line('weir ready');
  const ada = await Tenant.signUp(weir);
  const own = await ada.dedicatedCluster(1);
  expect(own.bootstrap).not.toBe(ada.bootstrap);
  expect((await own.cluster()).status.cku).toBe(1);
  await own.createTopic('orders');
  await own.kcat(['-P', '-t', 'orders'], `${lines(100).join('\n')}\n`);
  expect(await read(own)).toEqual(lines(100));
  // Nobody gets in elsewhere with its key, and it is on no broker but its own.
  await expect(
    ada.kcat(['-L', '-X', `sasl.username=${own.key}`, '-X', `sasl.password=${own.secret}`, '-m', '3']),
  ).rejects.toThrow();
  expect(ownBrokers()).toHaveLength(1);

  const broker = ownBrokers().map(({ name }) => name);
  await weir.kill([...broker, 'worker', 'api']);
  await expect.poll(() => own.clusterStatus().catch(() => 0), soon).toBe(200);
  await expect.poll(() => read(own).catch(() => []), soon).toEqual(lines(100));

  const early = own.producer('orders');
  await own.resize(2);
  await weir.kill(['worker']);
  await expect.poll(async () => (await own.cluster()).status.cku, soon).toBe(2);
  const sentEarly = await early.stop();
  // Another that begins with two brokers: one that has heard of the first alone tries it for as long as it is away.
  const late = own.producer('orders');
  const older = ownBrokers();
  expect(older).toHaveLength(2);
  const [cell] = await ask<{ id: string }>(`SELECT id FROM control.cells WHERE kind = 'dedicated'`);
  const env = { ...process.env, DATABASE_URL: '', WEIR_DATA_DIR: weir.directory };
  const script = join(root, 'infra', 'src', 'cell.ts');
  await promisify(execFile)(process.execPath, [script, 'renew', cell?.id ?? ''], { env });
  expect([older.filter(isSame), ownBrokers().length]).toEqual([[], 2]);
  await own.resize(1);
  await expect.poll(async () => (await own.cluster()).status.cku, soon).toBe(1);
  await expect.poll(() => ownBrokers().length, soon).toBe(1);
  const sentLate = await late.stop();
  const sent = sentEarly + sentLate;
  expect(new Set(await read(own))).toEqual(new Set(lines(Math.max(sentEarly, sentLate, 100))));
  expect(await own.bootstrapServers()).toBe(own.bootstrap);
  expect(directories()).toHaveLength(1);

  // A hard end of everything, and a second start finds it again.
  await weir.kill(['launcher']);
  const second = weir.launch({ WEIR_DEDICATED_BROKERS: '3' });
  await second.line('weir ready');
  await own.signIn();
  await expect.poll(async () => (await read(own).catch(() => [])).length, soon).toBe(sent + 100);
  await expect.poll(() => own.usageOf('orders').then(({ recordsIn }) => recordsIn), soon).toBe(sent + 100);

  const processes = ownBrokers();
  const [port] = own.bootstrap.split(':').slice(1).map(Number);
  await own.deleteCluster();
  expect(await own.clusterStatus()).toBe(404);
  await expect.poll(() => processes.filter(isSame), soon).toEqual([]);
  expect(directories()).toHaveLength(1);
  await own.restoreCluster();
  await expect.poll(async () => (await read(own).catch(() => [])).length, soon).toBe(sent + 100);

  await own.deleteCluster();
  await own.deleteForGood();
  await weir.kill(['worker']);
  await expect.poll(() => ask(`SELECT id FROM control.cells WHERE id <> 'local'`), soon).toEqual([]);
  expect(processes.filter(isSame)).toEqual([]);
  expect(await acceptsConnections(port ?? 0)).toBe(false);
  expect(directories()).toEqual([]);
  expect(readdirSync(join(weir.directory, 'logs')).filter((name) => name.startsWith('cell-'))).toEqual([]);
  expect(ownBrokers()).toEqual([]);
  expect(await ask('SELECT broker_id FROM control.cell_brokers')).toEqual([]);
  expect(
    await ask(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cell%' AND nspname <> 'cell_local'`),
  ).toEqual([]);
  expect(existsSync(join(weir.directory, 'broker-1'))).toBe(true);
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
  expect(weir.marked()).toEqual([]);
}, 300_000);
