import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { kafkaToolsClasspath } from '../testing/kafka-tools.ts';

// Groups of the new protocol (KIP-848): other people's clients with group.protocol=consumer against the real process.

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

test.skipIf(classpath === null)(
  "Apache Kafka's Java consumer: nothing is lost or read twice while members come and go",
  async () => {
    const program = join(import.meta.dirname, 'KafkaConsumerGroups.java');
    const java = ['-XX:TieredStopAtLevel=1', '-cp', classpath ?? '', program, broker.address, '1'];
    const { stdout } = await run('java', java, { timeout: 230_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'features: FinalizedVersionRange[min_version_level:1, max_version_level:1]',
      'rebalanced: 6000 0',
      'described: Consumer Stable uniform 1 6 6',
      'listed: [flow Consumer Stable]',
      'not empty: GroupNotEmptyException',
      'subscribed: GroupSubscribedToTopicException',
      'resumed: 10',
      'in use: UnreleasedInstanceIdException',
      'kept: 2',
      'static: true 2',
      'expression: 2',
      'no expression: InvalidRegularExpression',
      'grown: 5 range',
      'no assignor: UnsupportedAssignorException',
      'not a member: UnknownMemberIdException',
      'classic: 5 Classic',
      'consumer: 5 Consumer',
      'offsets left: 5',
      'gone: GroupIdNotFoundException',
    ]);
  },
  240_000,
);
