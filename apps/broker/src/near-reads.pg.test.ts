import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { kafkaVersion, mavenJar } from '@weir/testing/kafka-jars';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers, each in a rack of its own, and consumers of librdkafka and Java in one of them (KIP-392).

const hasKcat = spawnSync('kcat', ['-V']).status === 0;
if (!hasKcat) console.log('skipped: kcat (librdkafka), because it is not installed');

const valueBytes = 1_000;
let cell: CellOfThree;
let producer: Producer;

beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
  const { keyId, secret } = cell.credential;
  const sasl = { mechanism: 'plain' as const, username: keyId, password: secret };
  producer = new Kafka({ brokers: cell.addresses, sasl, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
}, 60_000);
afterAll(async () => {
  await producer.disconnect();
  await cell.close();
}, 60_000);

/** A client that reads a topic from its beginning on for as long as it is not stopped. */
class Reader {
  readonly #child: ChildProcess;
  #text = '';
  #problems = '';

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#problems += chunk.toString();
    });
  }

  static kcat(topic: string, rack: string): Reader {
    const { keyId, secret } = cell.credential;
    const settings = {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanisms': 'PLAIN',
      'sasl.username': keyId,
      'sasl.password': secret,
      'client.rack': rack,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
    const where = ['-b', cell.addresses.join(','), '-C', '-t', topic, '-p', '0', '-o', 'beginning'];
    return new Reader('kcat', [...where, '-u', '-f', '%o %s\n', ...args]);
  }

  static java(jars: readonly string[], topic: string, rack: string): Reader {
    const program = join(import.meta.dirname, 'testing/NearReader.java');
    const { keyId, secret } = cell.credential;
    const said = [cell.addresses.join(','), topic, rack, keyId, secret];
    return new Reader('java', ['-XX:TieredStopAtLevel=1', '-cp', jars.join(':'), program, ...said]);
  }

  get problems(): string {
    return this.#problems;
  }

  /** Offset and value of each record, in the order in which they came. */
  get records(): { readonly offset: number; readonly value: string }[] {
    const lines = this.#text
      .slice(0, this.#text.lastIndexOf('\n') + 1)
      .trimEnd()
      .split('\n');
    return lines.filter(Boolean).map((line) => {
      const [offset = '', value = ''] = line.trimEnd().split(' ');
      return { offset: Number(offset), value };
    });
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }
}

/** Numbered records from `from` on, each acknowledged by all that are in sync. */
async function send(topic: string, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at += 50) {
    const messages = Array.from({ length: 50 }, (_, index) => ({
      value: `record-${at + index}`.padEnd(valueBytes, '.'),
    }));
    await producer.send({ topic, acks: -1, messages });
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `record-${index}`);

/** What the reader has, once it has that many. */
async function read(reader: Reader, count: number): Promise<string[]> {
  await expect.poll(() => reader.records.length, { timeout: 60_000, message: reader.problems }).toBe(count);
  return reader.records.map(({ value }) => value.replace(/\.*$/, ''));
}

const jars = [`org.apache.kafka:kafka-clients:${kafkaVersion}`, 'org.slf4j:slf4j-api:1.7.36'].map(mavenJar);
const classpath = jars.filter((jar) => jar !== null);

const out = (brokerId: number, topic: string) => cell.counted(brokerId, topic, 'bytes_out');

/** Whose replica is in which role; the topic has a thousand records in the end, all of which the reader has read. */
async function readNear(topic: string, begin: (rack: string) => Reader) {
  await cell.createTopic(topic);
  const { leader } = await cell.partition(topic);
  const [near = 0, far = 0] = [1, 2, 3].filter((brokerId) => brokerId !== leader);
  await send(topic, 0, 500);
  const reader = begin(`rack-${near}`);
  expect(await read(reader, 500)).toEqual(numbered(500));
  await send(topic, 500, 500);
  expect(await read(reader, 1_000)).toEqual(numbered(1_000));
  // A broker keeps what it has counted in a file, each second.
  await expect.poll(() => out(near, topic), { timeout: 15_000 }).toBeGreaterThan(1_000 * valueBytes);
  expect([out(leader, topic), out(far, topic)]).toEqual([0, 0]);
  expect(out(near, topic)).toBeLessThan(1_100 * valueBytes);
  expect(cell.counted(near, topic, 'records_out')).toBe(1_000);
  return { reader, leader, near, far };
}

test.skipIf(!hasKcat)(
  'librdkafka’s consumer reads everything from the replica in its rack, which alone counts it',
  async () => {
    const { reader } = await readNear('kcat', (rack) => Reader.kcat('kcat', rack));
    reader.stop();
  },
  60_000,
);

// librdkafka 2.0.2 keeps asking a replica to which it was sent and that is gone for its lease of five minutes.
test.skipIf(classpath.length < jars.length)(
  'Java’s consumer does as well, and goes on where it was once that replica is killed',
  async () => {
    const topic = 'java';
    const { reader, leader, near, far } = await readNear(topic, (rack) =>
      Reader.java(classpath, topic, rack),
    );
    await cell.end(near, 'SIGKILL');
    await send(topic, 1_000, 500);
    expect(await read(reader, 1_500)).toEqual(numbered(1_500));
    await expect.poll(() => out(leader, topic), { timeout: 15_000 }).toBeGreaterThan(400 * valueBytes);
    expect(out(far, topic)).toBe(0);
    reader.stop();
    await cell.begin(near);
  },
  120_000,
);
