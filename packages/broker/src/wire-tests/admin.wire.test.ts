import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../testing/broker-process.ts';
import { CellForTests } from '../testing/cell-for-tests.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Apache Kafka's own tools against a cluster whose ACLs decide, with another tenant beside it.

const run = promisify(execFile);
const directory = temporaryDirectory();
const config = join(directory.path, 'client.properties');
let cell: CellForTests;
let owner: { key: string; secret: string };

const everything = [
  {},
  { resourceType: 'GROUP' },
  { resourceType: 'CLUSTER', resourceName: 'kafka-cluster' },
] as const;

beforeAll(async () => {
  cell = await CellForTests.start(join(directory.path, 'logs'));
  owner = await cell.addCluster('lkc-own', everything);
  await cell.addCluster('lkc-other', everything);
  await cell.addTopic('lkc-own', 'open-topic');
  await cell.addTopic('lkc-other', 'hidden');
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  writeFileSync(
    config,
    `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=${login} username="${owner.key}" password="${owner.secret}";\n`,
  );
});
afterAll(async () => {
  await cell.broker.stop();
  directory.remove();
});

const classpath = kafkaToolsClasspath("Apache Kafka's administration tools");
const address = () => `127.0.0.1:${cell.broker.port}`;

/** What a tool of Apache Kafka prints, line by line. */
async function tool(name: string, ...args: readonly string[]): Promise<string[]> {
  const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', `org.apache.kafka.tools.${name}`];
  const common = ['--bootstrap-server', address(), '--command-config', config];
  const { stdout } = await run('java', [...java, ...common, ...args], { timeout: 60_000 });
  return stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

describe.skipIf(classpath === null)("Apache Kafka's tools", () => {
  test('settings are changed, described and listed as Java’s Admin has them', async () => {
    const program = join(import.meta.dirname, 'KafkaAdmin.java');
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program];
    const { stdout } = await run('java', [...java, address(), owner.key, owner.secret], { timeout: 100_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'set: none',
      'appended: none',
      'validated: none',
      'wrong: InvalidConfigurationException',
      'hidden: UnknownTopicOrPartitionException',
      'broker: PolicyViolationException',
      'config: cleanup.policy=compact,delete readOnly=false [DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete]',
      expect.stringMatching(/^config: retention.ms=5000 readOnly=false \[DYNAMIC_TOPIC_CONFIG:/),
      'config: segment.ms=604800000 readOnly=false []',
      'deleted: none',
      'config: retention.ms=604800000 readOnly=false []',
      'config: delete.topic.enable=true readOnly=true [DEFAULT_CONFIG:delete.topic.enable=true]',
      'config: num.partitions=1 readOnly=true [DEFAULT_CONFIG:num.partitions=1]',
      'listed: [BROKER 1, TOPIC open-topic]',
    ]);
  }, 120_000);

  test('kafka-topics describes partitions with the replicas that may lead, and of another tenant none', async () => {
    const lines = await tool('TopicCommand', '--describe');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Topic: open-topic');
    expect(lines[1]).toMatch(/Partition: 0\s+Leader: 1\s+Replicas: 1\s+Isr: 1\s+Elr:\s+LastKnownElr:/);
  }, 90_000);

  test('kafka-acls adds, lists and removes ACLs, which decide at once', async () => {
    const grant = ['--allow-principal', 'User:sa-9', '--operation', 'Read', '--topic', 'open-'];
    const added = await tool('AclCommand', '--add', ...grant, '--resource-pattern-type', 'prefixed');
    const said = '(principal=User:sa-9, host=*, operation=READ, permissionType=ALLOW)';
    expect(added).toContain(said);
    const listed = await tool(
      'AclCommand',
      ...['--list', '--topic', 'open-topic', '--resource-pattern-type', 'match'],
    );
    expect(listed).toContain(said);
    expect(listed.join('\n')).toContain('patternType=PREFIXED');
    const { changes } = await cell.metadata.changesSince(0);
    const bindings = changes.flatMap((change) => (change.kind === 'acls' ? change.bindings : []));
    expect(bindings.filter(({ principal }) => principal === 'User:sa-9')).toHaveLength(1);
    await tool('AclCommand', '--remove', '--force', ...grant, '--resource-pattern-type', 'prefixed');
    expect((await tool('AclCommand', '--list')).join('\n')).not.toContain('sa-9');
  }, 120_000);

  test('kafka-delete-records removes what lies before an offset, and says where the log begins', async () => {
    const producer = new Producer({
      clientId: 'producer',
      bootstrapBrokers: [address()],
      serializers: stringSerializers,
      sasl: { mechanism: 'PLAIN', username: owner.key, password: owner.secret },
    });
    const messages = Array.from({ length: 10 }, (_, at) => ({ topic: 'deleted', value: `value ${at}` }));
    await cell.addTopic('lkc-own', 'deleted');
    await producer.send({ messages, acks: -1 });
    await producer.close();
    const asked = join(directory.path, 'offsets.json');
    const partitions = [{ topic: 'deleted', partition: 0, offset: 6 }];
    writeFileSync(asked, JSON.stringify({ version: 1, partitions }));
    const lines = await tool('DeleteRecordsCommand', '--offset-json-file', asked);
    expect(lines).toContain('partition: deleted-0\tlow_watermark: 6');
    if (spawnSync('kcat', ['-V']).status !== 0) {
      console.log('skipped: reading what is left by kcat (librdkafka), because it is not installed');
      return;
    }
    const kcat = ['-b', address(), '-X', 'security.protocol=SASL_PLAINTEXT', '-X', 'sasl.mechanism=PLAIN'];
    const login = ['-X', `sasl.username=${owner.key}`, '-X', `sasl.password=${owner.secret}`];
    const read = ['-C', '-q', '-e', '-t', 'deleted', '-p', '0', '-o', 'beginning', '-f', '%o %s\\n'];
    const { stdout } = await run('kcat', [...kcat, ...login, ...read], { timeout: 30_000 });
    expect(stdout.trim().split('\n')).toEqual(['6 value 6', '7 value 7', '8 value 8', '9 value 9']);
  }, 60_000);
});
