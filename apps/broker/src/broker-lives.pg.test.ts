import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accepted, brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type BrokerProgram, BrokerPrograms } from './testing/broker-programs.ts';

let programs: BrokerPrograms;
beforeEach(async () => {
  programs = await BrokerPrograms.open(inject('redisUrl'));
});
afterEach(() => programs.close());

const isReady = (program: BrokerProgram) =>
  expect.poll(() => program.text(), { timeout: 15_000 }).toContain('broker.ready');

const killed = async ({ child, ended }: BrokerProgram) => {
  child.kill('SIGKILL');
  await ended;
};

test('of two brokers with one id the second is refused, with a sentence, as long as the first lives', async () => {
  const first = await programs.start();
  await isReady(first);
  const second = await programs.start({}, join(programs.directory, 'elsewhere'));
  expect(await second.ended).toBe(1);
  expect(second.text()).toContain(
    `Broker 1 is alive at localhost:${first.port}, with another data directory. Stop it, or give this one an id of its own.`,
  );
  expect([first.child.exitCode, first.text().includes('broker.replaced')]).toEqual([null, false]);
});

test('a broker that was killed starts again at once; over a copy of its directory only when its lease has run out', async () => {
  const first = await programs.start();
  await isReady(first);
  await killed(first);
  const again = await programs.start();
  await isReady(again);
  expect(again.text()).not.toContain('broker.id.taken');
  const copy = join(programs.directory, 'copy');
  cpSync(join(programs.directory, 'broker-1'), join(copy, 'broker-1'), { recursive: true });
  const twin = await programs.start({}, copy);
  expect(await twin.ended).toBe(1);
  await killed(again);
  const late = await programs.start({}, copy);
  await isReady(late);
});

test('in os mode a directory is lost with the memory of its machine, and not with a process, nor after a stop', async () => {
  const dataDir = join(programs.directory, 'in-memory');
  const meta = join(dataDir, 'broker-7', 'logs', 'meta.properties');
  const start = async () => {
    const program = await programs.start({ WEIR_BROKER_ID: '7', WEIR_BROKER_FLUSH: 'os' }, dataDir);
    await isReady(program);
    return program;
  };
  await killed(await start());
  const second = await start();
  expect(second.text()).not.toContain('broker.directory.lost');
  await killed(second);
  const said = readFileSync(meta, 'utf8');
  expect(said).toMatch(/^unsynced\.boot=\S+$/m);
  // As if the machine had begun anew.
  writeFileSync(meta, said.replace(/^unsynced\.boot=.*$/m, 'unsynced.boot=the-one-before'));
  const third = await start();
  expect(third.text()).toMatch(/"hasLostWrites":true.*broker\.directory\.lost/);
  third.child.kill('SIGTERM');
  expect(await third.ended).toBe(0);
  expect(readFileSync(meta, 'utf8')).not.toContain('unsynced.boot');
});

test('a broker whose id another one has taken ends, and says why', async () => {
  const program = await programs.start();
  await isReady(program);
  const client = new pg.Client({ connectionString: programs.database.url });
  await client.connect();
  const { rows } = await client.query('SELECT directory_place FROM cell_local.broker_leases');
  await client.end();
  const store = openPostgresMetadataStore({ url: programs.database.url, schema: 'cell_local' });
  const directoryPlace = String(rows[0]?.directory_place);
  accepted(await store.registerBroker(brokerOf(1, { host: 'twin.example', directoryPlace })));
  expect(await program.ended).toBe(1);
  expect(program.text()).toContain(
    'This broker ends: another broker has registered as broker 1, from twin.example:9001.',
  );
  await store.close();
});

test('a directory of another broker is refused, with a sentence', async () => {
  const first = await programs.start();
  await isReady(first);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const other = join(programs.directory, 'other');
  cpSync(join(programs.directory, 'broker-1'), join(other, 'broker-2'), { recursive: true });
  const second = await programs.start({ WEIR_BROKER_ID: '2' }, other);
  expect(await second.ended).toBe(1);
  expect(second.text()).toContain('The directory of the logs belongs to broker 1, and this is broker 2.');
});

test('a port for other brokers that is taken stops the start, and says which setting it is', async () => {
  const first = await programs.start();
  await isReady(first);
  const second = await programs.start(
    { WEIR_BROKER_ID: '2', WEIR_BROKER_PEER_PORT: String(first.port) },
    join(programs.directory, 'elsewhere'),
  );
  expect(await second.ended).toBe(1);
  expect(second.text()).toContain(
    `Port ${first.port} on 127.0.0.1 is taken by another process. Stop it, or choose another port with WEIR_BROKER_PEER_PORT.`,
  );
});
