import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { consumerGroupDescribeApi } from '@weir/kafka-protocol/apis/69-consumer-group-describe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { RawClient } from '../testing/raw-client.ts';

// kill -9 of the coordinator of a group of the new protocol (KIP-848) while its members read.

const directory = temporaryDirectory();
const count = 400;
let broker: BrokerProcess;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
}, 60_000);
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

const common = (clientId: string) => ({
  clientId,
  bootstrapBrokers: [broker.address],
  retries: 100,
  retryDelay: 200,
});

/** A member that commits what it has read, and what it read. */
async function join(clientId: string, read: string[]) {
  const consumer = new Consumer({
    ...common(clientId),
    groupProtocol: 'consumer',
    groupId: 'survivors',
    deserializers: stringDeserializers,
  });
  // What a broker that is away makes of it is the client's to live through.
  consumer.on('error', () => undefined);
  const stream = await consumer.consume({
    topics: ['survived'],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: 50,
  });
  stream.on('error', () => undefined);
  stream.on('data', (message) => read.push(message.value));
  return consumer;
}

async function send(from: number): Promise<void> {
  const producer = new Producer({ ...common('producer'), serializers: stringSerializers });
  const messages = Array.from({ length: count }, (_, at) => ({
    topic: 'survived',
    key: String(at),
    value: String(from + at),
    partition: at % 6,
  }));
  await producer.send({ messages, acks: -1 });
  await producer.close();
}

/** How many partitions each member of the group has, and its epoch. */
async function shares(): Promise<{ readonly state: string; readonly counts: readonly number[] }> {
  const client = await RawClient.open(broker.port);
  const asked = { groupIds: ['survivors'], includeAuthorizedOperations: false };
  const answer = await client.request(consumerGroupDescribeApi, 0, asked);
  client.end();
  const [group] = answer?.groups ?? [];
  const counts = (group?.members ?? []).map(({ assignment }) =>
    assignment.topicPartitions.reduce((sum, { partitions }) => sum + partitions.length, 0),
  );
  return { state: group?.groupState ?? 'none', counts };
}

test('members go on where they were after their coordinator was killed: nothing is missed, and both share the work', async () => {
  const admin = new Admin(common('maker'));
  await admin.createTopics({ topics: ['survived'], partitions: 6, replicas: 1 });
  await admin.close();
  const [first, second]: [string[], string[]] = [[], []];
  const members = [await join('first', first), await join('second', second)];
  const settled = { state: 'Stable', counts: [3, 3] };
  await expect.poll(shares, { timeout: 30_000 }).toEqual(settled);
  await send(0);
  await expect.poll(() => new Set([...first, ...second]).size, { timeout: 30_000 }).toBe(count);
  const { port } = broker;
  await broker.stop('SIGKILL');
  broker = await BrokerProcess.start(directory.path, port);
  // As the log has it, before either of them has come again.
  await expect.poll(shares, { timeout: 10_000 }).toEqual(settled);
  await send(count);
  await expect.poll(() => new Set([...first, ...second]).size, { timeout: 60_000 }).toBe(2 * count);
  const late = [first, second].map((read) => read.filter((value) => Number(value) >= count).length);
  expect(late.every((read) => read > 0)).toBe(true);
  await expect.poll(shares, { timeout: 10_000 }).toEqual(settled);
  for (const member of members) await member.close(true);
}, 150_000);
