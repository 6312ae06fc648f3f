import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@weir/testing/certificates';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers that reach each other by mutual TLS.

const dir = mkdtempSync(join(tmpdir(), 'weir-peer-tls-'));
let cell: CellOfThree;

const partsOf = (brokerId: number) => ({
  WEIR_BROKER_PEER_TLS_CERT: join(dir, String(brokerId), 'cert.pem'),
  WEIR_BROKER_PEER_TLS_KEY: join(dir, String(brokerId), 'key.pem'),
  WEIR_BROKER_PEER_TLS_CA: join(dir, String(brokerId), 'ca.pem'),
});

type Authority = Awaited<ReturnType<typeof createAuthority>>;

async function issue(authority: Authority, brokerId: number): Promise<void> {
  const { cert, key, ca } = await authority.issue('127.0.0.1', `broker-${brokerId}`);
  mkdirSync(join(dir, String(brokerId)), { recursive: true });
  const files = partsOf(brokerId);
  writeFileSync(files.WEIR_BROKER_PEER_TLS_CERT, cert);
  writeFileSync(files.WEIR_BROKER_PEER_TLS_KEY, key);
  writeFileSync(files.WEIR_BROKER_PEER_TLS_CA, ca);
}

beforeAll(async () => {
  const authority = await createAuthority('cell');
  for (const brokerId of [1, 2, 3]) await issue(authority, brokerId);
  cell = await CellOfThree.start(inject('redisUrl'), partsOf);
}, 60_000);
afterAll(async () => {
  await cell.close();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

/** Sends with acks=all, which answers once every replica in sync has it; resolves with the offset. */
async function send(topic: string, value: string): Promise<string | undefined> {
  const { keyId, secret } = cell.credential;
  const sasl = { mechanism: 'plain' as const, username: keyId, password: secret };
  const producer = new Kafka({ brokers: cell.addresses, sasl, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const [sent] = await producer.send({ topic, acks: -1, messages: [{ value }] });
  await producer.disconnect();
  return sent?.baseOffset;
}

const inSync = async (topic: string) => (await cell.partition(topic)).isr.toSorted();

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('what is acknowledged went to the others by TLS, and a broker of another authority is out of sync until it has the right one', async () => {
  await cell.createTopic('orders');
  expect(await send('orders', 'one')).toBe('0');
  expect(await inSync('orders')).toEqual([1, 2, 3]);

  const { leader, replicas } = await cell.partition('orders');
  const [follower = 0] = replicas.filter((brokerId) => brokerId !== leader);
  const others = replicas.filter((brokerId) => brokerId !== follower).toSorted();
  await issue(await createAuthority('another cell'), follower);
  await cell.end(follower, 'SIGKILL');
  await until(async () => (await inSync('orders')).length === 2);
  await cell.begin(follower);
  expect(await send('orders', 'two')).toBe('1');
  await until(async () => cell.text(follower).includes('peer.unreachable'));
  expect(await inSync('orders')).toEqual(others);

  const authority = await createAuthority('cell of all');
  for (const brokerId of [1, 2, 3]) await issue(authority, brokerId);
  await until(async () => (await inSync('orders')).length === 3);
  for (const brokerId of others) expect(cell.text(brokerId)).toContain('peer.certificates.renewed');
}, 60_000);
