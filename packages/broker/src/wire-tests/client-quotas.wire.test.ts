import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../testing/broker-process.ts';
import { CellForTests } from '../testing/cell-for-tests.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Client quotas (KIP-546) as Java's Admin sets them, and as its producer feels them.

const run = promisify(execFile);
const directory = temporaryDirectory();
let cell: CellForTests;
let own: { key: string; secret: string };
let other: { key: string; secret: string };

const everything = [
  {},
  { resourceType: 'GROUP' },
  { resourceType: 'CLUSTER', resourceName: 'kafka-cluster' },
] as const;

beforeAll(async () => {
  cell = await CellForTests.start(join(directory.path, 'logs'));
  own = await cell.addCluster('lkc-own', everything);
  other = await cell.addCluster('lkc-other', everything);
  await cell.addTopic('lkc-own', 'open-topic');
});
afterAll(async () => {
  await cell.broker.stop();
  directory.remove();
});

const classpath = kafkaToolsClasspath("Apache Kafka's Java clients");

async function java({ key, secret }: { key: string; secret: string }, what: string): Promise<string[]> {
  const program = join(import.meta.dirname, 'KafkaQuotas.java');
  const address = `127.0.0.1:${cell.broker.port}`;
  const args = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, address, key, secret, what];
  const { stdout } = await run('java', args, { timeout: 100_000 });
  return stdout.trim().split('\n');
}

test.skipIf(classpath === null)(
  'a quota that Java’s Admin sets slows a producer until it is taken away, and is no other tenant’s to see',
  async () => {
    expect(await java(own, 'set')).toEqual([
      'before: 0',
      'set: none',
      'default: none',
      'validated: none',
      'wrong: InvalidRequestException',
      'address: InvalidRequestException',
      'all: [{client-id=app, user=null} {consumer_byte_rate=5000.0}, {user=lkc-own} {producer_byte_rate=200000.0}]',
      'strict: [{user=lkc-own} {producer_byte_rate=200000.0}]',
      'slowed: true',
      'removed: none',
      'after: 0',
    ]);
    expect(await java(own, 'read')).toEqual([
      'quorum: 1 0 1 0',
      'kept: [{client-id=app, user=null} {consumer_byte_rate=5000.0}]',
    ]);
    expect(await java(other, 'read')).toEqual(['quorum: 1 0 1 0', 'kept: []']);
  },
  120_000,
);
