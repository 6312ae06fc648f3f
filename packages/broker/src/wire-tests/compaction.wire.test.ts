import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryDirectory } from '../testing/broker-process.ts';
import { CellForTests } from '../testing/cell-for-tests.ts';
import { dumpableFiles, dumpLogSegments, kafkaToolsClasspath, problemsIn } from '../testing/kafka-tools.ts';

// A topic that a real broker has compacted, as clients of other people read it, and Apache Kafka's own tool its files.

const run = promisify(execFile);
const directory = temporaryDirectory();
const keyCount = 50;
let cell: CellForTests;
let owner: { key: string; secret: string };
let dir = '';

const sasl = () => ({ mechanism: 'PLAIN' as const, username: owner.key, password: owner.secret });
const address = () => `127.0.0.1:${cell.broker.port}`;

/** What of each key must be read at least: the last value of those that have one. */
const expected = () =>
  Array.from({ length: keyCount }, (_, at) => at)
    .filter((at) => at % 5 !== 0)
    .map((at) => `key ${at}=last`);

beforeAll(async () => {
  cell = await CellForTests.start(directory.path, { compactionIntervalMs: 200 });
  owner = await cell.addCluster('lkc-a', [{}, { resourceType: 'GROUP' }]);
  dir = await compactedTopic('table', ['none', 'gzip', 'snappy', 'lz4', 'zstd']);
  await compactedTopic('plain-table', ['none', 'gzip']);
}, 120_000);
afterAll(async () => {
  await cell.broker.stop();
  directory.remove();
});

/** Filled until it has been compacted to a part of what was written; its directory. */
async function compactedTopic(name: string, codecs: readonly Codec[]): Promise<string> {
  const { topicId } = await cell.addTopic('lkc-a', name, {
    'cleanup.policy': 'compact',
    'segment.bytes': String(1024 * 1024),
    'min.cleanable.dirty.ratio': '0.01',
    'delete.retention.ms': '0',
  });
  for (const codec of codecs) await fill(name, codec);
  const path = join(directory.path, 'lkc-a', `${topicId}-0`);
  await vi.waitUntil(() => logBytes(path) < 2 * 1024 * 1024, { timeout: 40_000, interval: 100 });
  return path;
}

type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

async function fill(topic: string, compression: Codec): Promise<void> {
  const producer = new Producer({
    clientId: compression,
    bootstrapBrokers: [address()],
    serializers: stringSerializers,
    sasl: sasl(),
    idempotent: true,
    compression,
  });
  const random = () => Array.from({ length: 700 }, () => Math.random().toString(36)).join('');
  for (let round = 0; round < 8; round += 1) {
    const messages = Array.from({ length: keyCount }, (_, at) => ({
      topic,
      key: `key ${at}`,
      value: round === 7 ? 'last' : random(),
    }));
    await producer.send({ messages, acks: -1 });
  }
  const tombstones = Array.from({ length: keyCount / 5 }, (_, at) => ({ topic, key: `key ${at * 5}` }));
  await producer.send({ messages: tombstones, acks: -1 });
  await producer.close();
}

const logBytes = (dir: string) =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);

/** The state of the table after all that was read. */
function tableOf(read: readonly (readonly [string, string | null])[]): string[] {
  const table = new Map<string, string>();
  for (const [key, value] of read) {
    if (value === null || value === '') table.delete(key);
    else table.set(key, value);
  }
  return [...table].map(([key, value]) => `${key}=${value}`).sort();
}

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat) console.log('skipped: kcat (librdkafka) over a compacted topic, because it is not installed');

test.skipIf(!hasKcat)('kcat reads the newest value of each key', async () => {
  const login = ['-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=PLAIN'];
  const secret = ['-X', `sasl.username=${owner.key}`, '-X', `sasl.password=${owner.secret}`];
  const read = ['-C', '-q', '-e', '-t', 'table', '-o', 'beginning', '-Z', '-f', '%k\t%s\n'];
  const { stdout } = await run('kcat', ['-b', address(), ...login, ...secret, ...read], {
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(tableOf(rows.map(([key = '', value = '']) => [key, value === 'NULL' ? null : value]))).toEqual(
    expected().sort(),
  );
});

test('kafkajs reads the newest value of each key', async () => {
  const credentials = { username: owner.key, password: owner.secret, mechanism: 'plain' as const };
  const options = { clientId: 'kafkajs', brokers: [address()], logLevel: logLevel.NOTHING };
  const consumer = new Kafka({ ...options, sasl: credentials }).consumer({ groupId: 'kafkajs' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['plain-table'], fromBeginning: true });
  const read: [string, string | null][] = [];
  await consumer.run({
    eachMessage: async ({ message: { key, value } }) => {
      read.push([key?.toString() ?? '', value?.toString() ?? null]);
    },
  });
  await expect.poll(() => tableOf(read), { timeout: 30_000, interval: 200 }).toEqual(expected().sort());
  await consumer.disconnect();
}, 60_000);

test('@platformatic/kafka reads the newest value of each key', async () => {
  const consumer = new Consumer({
    clientId: 'reader',
    groupId: 'reader',
    bootstrapBrokers: [address()],
    deserializers: stringDeserializers,
    sasl: sasl(),
  });
  const stream = await consumer.consume({ topics: ['table'], mode: 'earliest', maxWaitTime: 100 });
  const read: [string, string | null][] = [];
  stream.on('data', ({ key, value }) => read.push([key, value ?? null]));
  await expect.poll(() => tableOf(read), { timeout: 30_000, interval: 200 }).toEqual(expected().sort());
  await consumer.close(true);
}, 60_000);

const classpath = kafkaToolsClasspath("Apache Kafka's DumpLogSegments over a compacted log");

test.skipIf(classpath === null)(
  'DumpLogSegments finds nothing wrong in the compacted files',
  () => {
    expect(problemsIn(dumpLogSegments(classpath ?? '', dumpableFiles(dir)))).toEqual([]);
  },
  60_000,
);

test.skipIf(classpath === null)(
  'Java’s consumer reads the newest value of each key',
  async () => {
    const config = join(directory.path, 'client.properties');
    const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
    const jaas = `sasl.jaas.config=${login} username="${owner.key}" password="${owner.secret}";`;
    writeFileSync(config, `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n${jaas}\n`);
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? ''];
    const name = 'org.apache.kafka.tools.consumer.ConsoleConsumer';
    const from = [
      '--bootstrap-server',
      address(),
      '--command-config',
      config,
      '--topic',
      'table',
      '--from-beginning',
    ];
    const shown = ['--timeout-ms', '5000', '--formatter-property', 'print.key=true'];
    const options = { timeout: 90_000, maxBuffer: 1 << 26 };
    const { stdout } = await run('java', [...java, name, ...from, ...shown], options);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(tableOf(rows.map(([key = '', value = '']) => [key, value === 'null' ? null : value]))).toEqual(
      expected().sort(),
    );
  },
  100_000,
);
