import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Share groups (KIP-932): Apache Kafka's own share consumer against the real process.

const run = promisify(execFile);
const directory = temporaryDirectory();
let broker: BrokerProcess;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

const classpath = kafkaToolsClasspath("Apache Kafka's Java clients");

async function java(what: string): Promise<string[]> {
  const program = join(import.meta.dirname, 'KafkaShareGroups.java');
  const args = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, broker.address, what];
  const { stdout } = await run('java', args, { timeout: 110_000 });
  return stdout.trim().split('\n');
}

test.skipIf(classpath === null)(
  "Apache Kafka's share consumer: members share a partition, say what became of records, and a killed broker forgets none of it",
  async () => {
    expect(await java('before')).toEqual([
      'shared: 2000 1 2',
      'committed: Optional.empty',
      'again: [value 1 2, value 4 2]',
      'left: [value 1 3, value 4 3]',
      'listed: [flow Share, kept-group Share]',
      'held: [value 4 4]',
      'described: Stable [kept-0]',
    ]);
    await broker.stop('SIGKILL');
    broker = await BrokerProcess.start(directory.path);
    expect(await java('after')).toEqual([
      'after: [value 4]',
      'new: [value 6, value 7]',
      'listed: [kept-group Share]',
    ]);
  },
  240_000,
);
