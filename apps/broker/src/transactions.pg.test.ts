import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import { kafkaVersion, mavenJar } from '@weir/testing/kafka-jars';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { CellOfThree } from './testing/cell-of-three.ts';

// Three real brokers, and Apache Kafka's Java clients that copy in transactions while brokers are killed.

const jars = [`org.apache.kafka:kafka-clients:${kafkaVersion}`, 'org.slf4j:slf4j-api:1.7.36'].map(mavenJar);
const isComplete = jars.every((jar) => jar !== null) && spawnSync('java', ['-version']).status === 0;

let cell: CellOfThree;

beforeAll(async () => {
  cell = await CellOfThree.start(inject('redisUrl'));
}, 60_000);
afterAll(() => cell.close(), 60_000);

test.skipIf(!isComplete)(
  'each record is copied once, whichever broker is killed meanwhile',
  async () => {
    const topic = {
      clusterId: cell.credential.clusterId,
      replicationFactor: 3,
      configs: {},
      validateOnly: false,
    };
    accepted(await cell.store.createTopic({ ...topic, name: 'in', partitionCount: 1 }));
    accepted(await cell.store.createTopic({ ...topic, name: 'out', partitionCount: 6 }));
    const program = join(import.meta.dirname, 'testing/CopyInTransactions.java');
    const { keyId, secret } = cell.credential;
    const said = [cell.addresses.join(','), keyId, secret, '50', '600'];
    const java = spawn('java', ['-XX:TieredStopAtLevel=1', '-cp', jars.join(':'), program, ...said]);
    let output = '';
    let problems = '';
    java.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    java.stderr.on('data', (chunk: Buffer) => {
      problems += chunk.toString();
    });
    const ended = new Promise((resolve) => java.once('exit', resolve));
    onTestFinished(() => void java.kill('SIGKILL'));
    await expect.poll(() => output, { timeout: 30_000 }).toContain('begun');
    for (const brokerId of [1, 2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await cell.end(brokerId, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      await cell.begin(brokerId);
    }
    await ended;
    expect(output, problems).toContain('copied: 600 600');
  },
  180_000,
);
