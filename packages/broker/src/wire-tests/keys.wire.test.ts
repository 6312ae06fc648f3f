import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createScramVerifier } from '@weir/credentials/scram';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellForTests } from '../testing/cell-for-tests.ts';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type Mechanism = (typeof mechanisms)[number];

let cell: CellForTests;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weir-keys-'));
  cell = await CellForTests.start(dataDir);
});
afterAll(async () => {
  await cell.broker.stop();
  await rm(dataDir, { recursive: true });
});

const client = (username: string, password: string, mechanism: Mechanism = 'scram-sha-256') =>
  new Kafka({
    clientId: 'orders-service',
    brokers: [`127.0.0.1:${cell.broker.port}`],
    // The client's types have a case for each mechanism; the three are alike.
    sasl: { mechanism, username, password } as { mechanism: 'plain'; username: string; password: string },
    retry: { retries: 0 },
    // It never comes to an end with a session that is shorter than its threshold of ten seconds.
    reauthenticationThreshold: 100,
    logLevel: logLevel.NOTHING,
  });

async function signIn(username: string, password: string, mechanism: Mechanism): Promise<boolean> {
  const admin = client(username, password, mechanism).admin();
  try {
    await admin.connect();
    await admin.listTopics();
    return true;
  } catch {
    // How clients say it differs; that they cannot is what counts.
    return false;
  } finally {
    await admin.disconnect();
  }
}

test('both secrets of a key that is rotated sign in by every mechanism; the one that is retired does not, and its open connection ends within five seconds', async () => {
  const { key, secret } = await cell.addCluster('lkc-rotated', []);
  const found = await cell.metadata.findCredential(key);
  const [first] = found?.secrets ?? [];
  if (found === null || first === undefined) throw new Error('the key has a secret');
  const open = client(key, secret).admin();
  await open.connect();
  const salt = (text: string) => Buffer.from(text, 'base64');
  const second = {
    number: 2,
    scramSha256: await createScramVerifier('second', 'SHA-256', salt(first.scramSha256.salt)),
    scramSha512: await createScramVerifier('second', 'SHA-512', salt(first.scramSha512.salt)),
  };
  await cell.metadata.applyCredential({ ...found, secrets: [first, second] });
  // At once: whether or not the broker has heard of it.
  for (const mechanism of mechanisms.toReversed()) {
    expect(await signIn(key, 'second', mechanism)).toBe(true);
    expect(await signIn(key, secret, mechanism)).toBe(true);
    expect(await signIn(key, 'third', mechanism)).toBe(false);
  }
  await open.listTopics();
  const retiredAt = Date.now();
  await cell.metadata.applyCredential({ ...found, secrets: [second] });
  while (cell.lines.every((line) => !line.includes('secret retired'))) {
    if (Date.now() - retiredAt > 5_000) throw new Error('the connection is still open');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await expect(open.listTopics()).rejects.toThrow();
  await open.disconnect();
  for (const mechanism of mechanisms) {
    expect(await signIn(key, 'second', mechanism)).toBe(true);
    expect(await signIn(key, secret, mechanism)).toBe(false);
  }
});

test('a key that expires is refused from that second on, and its open connection ends within five seconds', async () => {
  const expiresAt = Math.ceil(Date.now() / 1_000) * 1_000 + 2_000;
  await cell.addCluster('lkc-expiring', []);
  const { key, secret } = await cell.addKey('lkc-expiring', 'KEY-expiring', { expiresAt });
  const open = client(key, secret).admin();
  await open.connect();
  await open.listTopics();
  await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + 5));
  for (const mechanism of mechanisms) expect(await signIn(key, secret, mechanism)).toBe(false);
  while (cell.lines.every((line) => !line.includes('the credential has expired'))) {
    if (Date.now() - expiresAt > 5_000) throw new Error('the connection is still open');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await open.disconnect();
});

test('a client that signs in over and over is one row of the next report, with what it says of itself', async () => {
  const { key, secret } = await cell.addCluster('lkc-used', []);
  const before = cell.reports.length;
  const beganMs = Date.now();
  let signIns = 0;
  for (; signIns < 100; signIns += 1) expect(await signIn(key, secret, 'plain')).toBe(true);
  const windows = Math.ceil((Date.now() - beganMs) / 10_000) + 1;
  const usesOf = () =>
    cell.reports.slice(before).flatMap((report) => report.keyUses.filter((use) => use.keyId === key));
  while (usesOf().length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(usesOf().length).toBeLessThanOrEqual(windows);
  expect(usesOf()[0]).toMatchObject({
    clusterId: 'lkc-used',
    secretNumber: 1,
    address: '127.0.0.1',
    clientId: 'orders-service',
  });
});

test('a client with a quota is told to wait as Kafka tells it, gets its rate and no more, and its neighbours go on', async () => {
  const { key, secret } = await cell.addCluster('lkc-quota', [{}]);
  const free = await cell.addKey('lkc-quota', 'KEY-free', { principal: 'User:free' });
  await cell.metadata.applyAcl({
    ...{ clusterId: 'lkc-quota', principal: 'User:free', resourceType: 'TOPIC', patternType: 'LITERAL' },
    ...{ resourceName: '*', operation: 'ALL', permission: 'ALLOW', host: '*' },
  });
  const record = await cell.metadata.findCluster('lkc-quota');
  if (record === null) throw new Error('the cluster is there');
  const topic = await cell.metadata.createTopic({
    ...{ clusterId: 'lkc-quota', name: 'slow', partitionCount: 1, replicationFactor: 1 },
    ...{ configs: {}, validateOnly: false },
  });
  expect(topic.ok).toBe(true);
  const rate = 200_000;
  const quota = (client: string) => ({ client, ingressBytesPerSecMax: rate, egressBytesPerSecMax: rate });
  const messages = [{ value: Buffer.alloc(50_000, 'x') }];
  /** Bytes a second that get through in so many sends. */
  const rateOf = async (username: string, password: string, sends: number) => {
    const producer = client(username, password, 'plain').producer();
    await producer.connect();
    const beganMs = Date.now();
    for (let sent = 0; sent < sends; sent += 1) await producer.send({ topic: 'slow', messages });
    const took = Date.now() - beganMs;
    await producer.disconnect();
    return (sends * 50_000 * 1_000) / took;
  };
  const apply = (intentVersion: number, clients: readonly string[]) =>
    cell.metadata.applyCluster({ ...record, intentVersion, clientQuotas: clients.map(quota) });
  expect(await rateOf(key, secret, 20)).toBeGreaterThan(rate * 3);
  for (const [at, client] of [`User:lkc-quota`, `Key:${key}`].entries()) {
    await apply(2 + at * 2, [client]);
    const changedMs = Date.now();
    // Two seconds' worth may come at once; forty sends are ten seconds' worth.
    const measured = await rateOf(key, secret, 40);
    expect(measured).toBeGreaterThan(rate * 0.9);
    expect(measured).toBeLessThan(rate * 1.4);
    expect(Date.now() - changedMs).toBeGreaterThan(5_000);
    expect(await rateOf(free.key, free.secret, 20)).toBeGreaterThan(rate * 3);
    await apply(3 + at * 2, []);
  }
});
