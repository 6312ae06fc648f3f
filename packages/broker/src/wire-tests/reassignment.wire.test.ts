import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { alterPartitionReassignmentsApi } from '@weir/kafka-protocol/apis/45-alter-partition-reassignments';
import { errorCode } from '@weir/kafka-protocol/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';
import { RawClient } from '../testing/raw-client.ts';

// A broker that is one tenant's alone: where replicas lie is its owner's to say.

const directory = temporaryDirectory();
let broker: BrokerProcess;
beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
  const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [broker.address] });
  await admin.createTopics({ topics: ['orders'], partitions: 2, replicas: 1 });
  await admin.close();
});
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

test('each partition that is asked for has an answer of its own', async () => {
  const client = await RawClient.open(broker.port);
  const partitions = [
    { partitionIndex: 0, replicas: [1] },
    { partitionIndex: 0, replicas: [1, 7] },
    { partitionIndex: 1, replicas: [] },
    { partitionIndex: 1, replicas: null },
    { partitionIndex: 2, replicas: [1] },
  ];
  const topics = [{ name: 'orders', partitions }];
  const answer = await client.request(alterPartitionReassignmentsApi, 1, { topics });
  const codes = answer?.responses.map((topic) => topic.partitions.map((partition) => partition.errorCode));
  const named = [
    'INVALID_REPLICA_ASSIGNMENT',
    'INVALID_REPLICA_ASSIGNMENT',
    'NO_REASSIGNMENT_IN_PROGRESS',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ] as const;
  expect(codes).toEqual([[0, ...named.map(errorCode)]]);
  const kept = { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, replicas: [1, 1] }] }] };
  const refused = await client.request(alterPartitionReassignmentsApi, 1, {
    ...kept,
    allowReplicationFactorChange: false,
  });
  expect(refused?.responses[0]?.partitions[0]).toMatchObject({
    errorCode: errorCode('INVALID_REPLICATION_FACTOR'),
    errorMessage: 'The replication factor is changed from 1 to 2',
  });
  client.end();
});

const classpath = kafkaToolsClasspath("Apache Kafka's kafka-reassign-partitions");

test.skipIf(classpath === null)(
  'Kafka’s own tool executes, verifies and lists',
  () => {
    const plan = join(directory.path, 'plan.json');
    const partitions = [0, 1].map((partition) => ({ topic: 'orders', partition, replicas: [1] }));
    writeFileSync(plan, JSON.stringify({ version: 1, partitions }));
    const tool = ['-cp', classpath ?? '', 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand'];
    const run = (...args: readonly string[]) =>
      execFileSync('java', [...tool, '--bootstrap-server', broker.address, ...args], {
        encoding: 'utf8',
        timeout: 60_000,
      });
    const planned = ['--reassignment-json-file', plan];
    expect(run('--execute', ...planned)).toContain('Successfully started partition reassignments');
    expect(run('--list')).toContain('No partition reassignments found.');
    const verified = run('--verify', '--preserve-throttles', ...planned);
    for (const partition of [0, 1])
      expect(verified).toContain(`Reassignment of partition orders-${partition} is completed.`);
  },
  60_000,
);
