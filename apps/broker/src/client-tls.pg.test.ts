import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { localCaFile } from '@weir/certificates/local-authority';
import { createAuthority } from '@weir/testing/certificates';
import { kafkaVersion, mavenJar } from '@weir/testing/kafka-jars';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers to which clients come by TLS alone, by an authority that the brokers have made themselves.

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat) console.log('skipped: kcat (librdkafka), because it is not installed');
const jars = [`org.apache.kafka:kafka-clients:${kafkaVersion}`, 'org.slf4j:slf4j-api:1.7.36'].map(mavenJar);
const hasJava = !jars.includes(null);

const domain = 'kafka.weir.test';
const dir = mkdtempSync(join(tmpdir(), 'weir-client-tls-'));
let cell: CellOfThree;
let caFile: string;

beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'), () => ({
    WEIR_BROKER_TLS: '1',
    WEIR_BROKER_DOMAIN: domain,
  }));
  caFile = localCaFile(cell.directory);
  for (const topic of ['of-librdkafka', 'of-kafkajs', 'of-java']) await cell.createTopic(topic);
}, 60_000);
afterAll(async () => {
  await cell.close();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

function kafkaOver(ssl: { readonly ca: string; readonly servername?: string }, retries = 5): Kafka {
  const { keyId, secret } = cell.credential;
  const sasl = { mechanism: 'plain' as const, username: keyId, password: secret };
  const { addresses: brokers } = cell;
  return new Kafka({ brokers, sasl, ssl, retry: { retries }, logLevel: logLevel.NOTHING });
}

/** Runs kcat against all brokers; resolves with what it printed, rejects with what it complained of. */
async function kcat(settings: Readonly<Record<string, string>>, args: readonly string[], input = '') {
  const { keyId, secret } = cell.credential;
  const login = { 'sasl.mechanisms': 'PLAIN', 'sasl.username': keyId, 'sasl.password': secret };
  const flags = Object.entries({ ...login, ...settings }).flatMap(([name, value]) => [
    '-X',
    `${name}=${value}`,
  ]);
  const running = promisify(execFile)('kcat', ['-b', cell.addresses.join(','), ...flags, ...args], {
    timeout: 20_000,
  });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

test.runIf(hasKcat)(
  'librdkafka writes and reads by the file of the authority that three brokers have made together',
  async () => {
    const settings = { 'security.protocol': 'SASL_SSL', 'ssl.ca.location': caFile };
    await kcat(settings, ['-P', '-t', 'of-librdkafka'], 'one\ntwo\n');
    expect(await kcat(settings, ['-C', '-t', 'of-librdkafka', '-o', 'beginning', '-e', '-q'])).toBe(
      'one\ntwo\n',
    );
  },
);

test.runIf(hasKcat)(
  'a client with another authority does not go on, nor does one without TLS, and the brokers say why',
  async () => {
    const otherCa = join(dir, 'other-ca.pem');
    writeFileSync(otherCa, (await createAuthority('elsewhere')).ca);
    const short = ['-L', '-m', '3'];
    const wrong = kcat({ 'security.protocol': 'SASL_SSL', 'ssl.ca.location': otherCa }, short);
    await expect(wrong).rejects.toThrow(/certificate verify failed/);
    await expect(kcat({ 'security.protocol': 'SASL_PLAINTEXT' }, short)).rejects.toThrow();
    const said = [1, 2, 3].map((brokerId) => cell.text(brokerId)).join('\n');
    expect(said).toContain('the client does not believe the certificate');
    expect(said).toContain('the client speaks no TLS, and this listener nothing else');
  },
);

test('KafkaJS writes with acks of all three brokers and reads in a group', async () => {
  const kafka = kafkaOver({ ca: readFileSync(caFile, 'utf8') });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: 'of-kafkajs', acks: -1, messages: [{ value: 'hello' }] });
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: 'readers' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'of-kafkajs', fromBeginning: true });
  const value = await new Promise((resolve, reject) => {
    const eachMessage = async (each: { message: { value: Buffer | null } }) =>
      resolve(String(each.message.value));
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  expect(value).toBe('hello');
});

test('a key opens no name of another cluster, and no broker answers by the name of another one', async () => {
  const ca = readFileSync(caFile, 'utf8');
  const isLetIn = async (servername: string) => {
    const admin = kafkaOver({ ca, servername }, 0).admin();
    return admin.connect().then(
      () => admin.disconnect().then(() => true),
      (cause: Error) => cause.message,
    );
  };
  expect(await isLetIn(`lkc-a.${domain}`)).toBe(true);
  expect(await isLetIn(`lkc-b.${domain}`)).toContain('Authentication failed');
  const [port] = cell.addresses.map((address) => Number(address.split(':')[1]));
  const ended = await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: port ?? 0, ca, servername: `b2-lkc-a.${domain}` });
    socket.on('secureConnect', () => socket.write(Buffer.from('0000000a00120000000000000000ffff', 'hex')));
    socket.on('data', () => resolve('answered'));
    socket.on('close', () => resolve('closed'));
    socket.on('error', () => undefined);
  });
  expect(ended).toBe('closed');
});

test.runIf(hasJava)(
  'Java comes by the name of its cluster, is told names of each broker, and goes on by them',
  async () => {
    const named = ['lkc-a', 'b1-lkc-a', 'b2-lkc-a', 'b3-lkc-a'].map((label) => `${label}.${domain}`);
    const hosts = join(dir, 'hosts');
    writeFileSync(hosts, `127.0.0.1 ${named.join(' ')}\n`);
    const bootstrap = cell.addresses
      .map((address) => address.replace('localhost', `lkc-a.${domain}`))
      .join(',');
    const { keyId, secret } = cell.credential;
    const program = join(import.meta.dirname, 'testing/NamedClient.java');
    const flags = ['-XX:TieredStopAtLevel=1', `-Djdk.net.hosts.file=${hosts}`, '-cp', jars.join(':')];
    const said = [bootstrap, caFile, keyId, secret, 'of-java'];
    const { stdout } = await promisify(execFile)('java', [...flags, program, ...said], { timeout: 50_000 });
    expect(stdout.trim().split('\n')).toEqual([...named.slice(1), 'read 100']);
  },
);
