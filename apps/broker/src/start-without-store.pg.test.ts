import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '@weir/local-servers/free-port';
import { type PostgresServer, startPostgresServer } from '@weir/local-servers/postgres-server';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type BrokerProgram, BrokerPrograms } from './testing/broker-programs.ts';
import { furnishTenant, type Tenant, tenant } from './testing/furnish-tenant.ts';

// The only broker of a cell, as the product runs it, over a Postgres of its own that is stopped.

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat) console.log('skipped: a start without Postgres, because kcat (librdkafka) is not installed');

const revoked: Tenant = { ...tenant, keyId: 'QRSTUVWXYZABCDEF' };
const topic = 'orders';

let directory: string;
let port: number;
let server: PostgresServer;
let programs: BrokerPrograms;
let store: MetadataStore;

const serve = () =>
  startPostgresServer({
    directory: join(directory, 'data'),
    port,
    password: null,
    logFile: join(directory, 'postgres.log'),
    settings: { shared_buffers: '32MB' },
  });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'weir-away-'));
  // The server may run as another user, who has to reach its data below.
  chmodSync(directory, 0o755);
  port = await findFreePort();
  server = await serve();
  const database = { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, drop: async () => undefined };
  programs = await BrokerPrograms.open(inject('redisUrl'), database);
  store = openPostgresMetadataStore({ url: database.url, schema: 'cell_local', onIncident: () => undefined });
}, 90_000);
afterAll(async () => {
  await store.close();
  await programs.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

/** As often as the program has said it. */
const said = (program: BrokerProgram, event: string) => program.text().split(`"${event}"`).length - 1;
const untilSaid = (program: BrokerProgram, event: string) =>
  expect.poll(() => said(program, event), { timeout: 20_000 }).toBe(1);

const kafkaAs = ({ keyId: username, secret: password }: Tenant, brokerPort: number) =>
  new Kafka({
    brokers: [`localhost:${brokerPort}`],
    sasl: { mechanism: 'plain', username, password },
    logLevel: logLevel.NOTHING,
  });

const patient = { initialRetryTime: 100, maxRetryTime: 500, retries: 100 };

/** Whether somebody with that key is let in. */
async function isLetIn(of: Tenant, brokerPort: number): Promise<boolean> {
  const admin = kafkaAs(of, brokerPort).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    return true;
  } catch (cause) {
    if (cause instanceof Error && /authentication failed/i.test(cause.message)) return false;
    throw cause;
  } finally {
    await admin.disconnect();
  }
}

/** The first `count` values of the topic, as librdkafka reads them without a group. */
async function values(count: number, brokerPort: number): Promise<string[]> {
  const { keyId, secret } = tenant;
  const settings = [
    'security.protocol=SASL_PLAINTEXT',
    'sasl.mechanisms=PLAIN',
    `sasl.username=${keyId}`,
    `sasl.password=${secret}`,
  ];
  const asked = ['-C', '-t', topic, '-p', '0', '-o', 'beginning', '-c', String(count), '-q'];
  const args = ['-b', `localhost:${brokerPort}`, ...asked, ...settings.flatMap((each) => ['-X', each])];
  const { stdout } = await promisify(execFile)('kcat', args, { timeout: 20_000 });
  return stdout.trimEnd().split('\n');
}

test.runIf(hasKcat)(
  'a broker whose Postgres is away starts: who may read reads what was committed, nobody writes, and once it is back it goes on by itself',
  async () => {
    const brokerPort = await findFreePort();
    const figuresPort = await findFreePort();
    const env = { WEIR_BROKER_PORT: String(brokerPort), WEIR_BROKER_METRICS_PORT: String(figuresPort) };
    const ask = async (path: string) => fetch(`http://127.0.0.1:${figuresPort}/${path}`);
    await furnishTenant(store);
    await furnishTenant(store, revoked);
    const first = await programs.start(env);
    await untilSaid(first, 'broker.ready');
    expect((await ask('readyz')).status).toBe(200);
    accepted(
      await store.createTopic({
        ...{ clusterId: tenant.clusterId, name: topic, partitionCount: 1, replicationFactor: -1 },
        ...{ configs: {}, validateOnly: false },
      }),
    );
    const kafka = kafkaAs(tenant, brokerPort);
    const producer = kafka.producer({ retry: patient });
    await producer.connect();
    const sent = Array.from({ length: 100 }, (_, at) => String(at));
    await producer.send({ topic, acks: -1, messages: sent.map((value) => ({ value })) });
    expect(await isLetIn(revoked, brokerPort)).toBe(true);
    await store.removeCredential(revoked.keyId);
    const picture = join(programs.directory, 'broker-1', 'logs', 'cell-picture');
    // Until it has heard of all of it, and has written that down.
    const isWrittenDown = () => {
      const text = readFileSync(picture, 'utf8');
      return text.includes(tenant.keyId) && text.includes(topic) && !text.includes(revoked.keyId);
    };
    await expect.poll(isWrittenDown, { timeout: 20_000 }).toBe(true);
    expect(statSync(picture).mode & 0o777).toBe(0o600);

    first.child.kill('SIGKILL');
    await first.ended;
    await server.stop();
    const second = await programs.start(env);
    await untilSaid(second, 'broker.waits-for-store');
    await untilSaid(second, 'picture.shown');
    expect((await ask('readyz')).status).toBe(503);
    expect(await (await ask('metrics')).text()).toMatch(/^weir_broker_is_ready 0$/m);
    expect([await isLetIn(revoked, brokerPort), await isLetIn(tenant, brokerPort)]).toEqual([false, true]);
    expect(await values(sent.length, brokerPort)).toEqual(sent);
    const hasty = kafka.producer({ retry: { retries: 0 } });
    await hasty.connect();
    const refused = hasty.send({ topic, acks: -1, messages: [{ value: 'refused' }] });
    await expect(refused).rejects.toThrow('not the leader');
    await hasty.disconnect();

    const late = producer.send({ topic, acks: -1, messages: [{ value: 'late' }] });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect([said(second, 'broker.waits-for-store'), said(second, 'broker.ready')]).toEqual([1, 0]);
    server = await serve();
    await untilSaid(second, 'broker.ready');
    await late;
    await producer.disconnect();
    expect((await ask('readyz')).status).toBe(200);
    expect(await values(sent.length + 1, brokerPort)).toEqual([...sent, 'late']);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  },
  120_000,
);

test('a broker that waits for its Postgres ends at once when it is told to', async () => {
  await server.stop();
  const program = await programs.start();
  await untilSaid(program, 'picture.shown');
  program.child.kill('SIGTERM');
  expect(await program.ended).toBe(0);
  server = await serve();
}, 60_000);
