import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { errorCode } from '@weir/kafka-protocol/errors';
import { createSeededRandom } from '@weir/testing/seeded-random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { type BatchShape, batchOf as simulatedBatch } from '../testing/log-for-tests.ts';
import { RawClient, requestFrame } from '../testing/raw-client.ts';

// What is not a well-meant request ends its own connection, and nothing else.

const directory = temporaryDirectory();
let broker: BrokerProcess;
/** A client that stays connected all the time and must never notice anything. */
let bystander: RawClient;

const batchOf = (shape: BatchShape = {}) => simulatedBatch({ timestamp: Date.now(), ...shape });
const askVersions = { clientSoftwareName: 'raw', clientSoftwareVersion: '1' };
const askTopic = (name: string) => ({
  topics: [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name }],
  allowAutoTopicCreation: true,
});

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
  bystander = await RawClient.open(broker.port);
  await bystander.request(metadataApi, 12, askTopic('abuse'));
});
afterAll(async () => {
  bystander.end();
  await broker.stop();
  directory.remove();
});

async function isUnharmed(): Promise<boolean> {
  const same = await bystander.request(apiVersionsApi, 3, askVersions);
  const another = await RawClient.open(broker.port);
  const fresh = await another.request(apiVersionsApi, 3, askVersions);
  another.end();
  return same?.errorCode === 0 && fresh?.errorCode === 0 && broker.isRunning;
}

function sized(size: number, body: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(size);
  return Buffer.concat([head, Buffer.from(body)]);
}

const produce = (records: Buffer, acks = -1) => ({
  transactionalId: null,
  acks,
  timeoutMs: 1000,
  topicData: [{ name: 'abuse', partitionData: [{ index: 0, records }] }],
});

test.each([
  ['a negative size', sized(-1)],
  ['a size beyond the bound', sized(0x7fff_ffff)],
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a TLS hello', Buffer.from('16030100a5010000a10303', 'hex')],
  ['an empty frame', sized(0)],
  ['half a header', sized(5, Buffer.from([0, 3, 0, 9, 0]))],
  ['an API key that nobody knows', sized(10, Buffer.from([0x27, 0x10, 0, 0, 0, 0, 0, 1, 0xff, 0xff]))],
  ['a version that nobody has', sized(10, Buffer.from([0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff]))],
  ['Produce v2', sized(10, Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff]))],
  [
    'an array longer than its frame',
    sized(14, Buffer.from([0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff])),
  ],
])('%s ends its connection with one line in the log, and no other', async (_, bytes) => {
  const before = broker.complaints.split('\n').length;
  const client = await RawClient.open(broker.port);
  client.send(bytes);
  await client.closed;
  expect(await isUnharmed()).toBe(true);
  expect(broker.complaints.split('\n').length - before).toBeLessThanOrEqual(1);
});

test('random bytes in random pieces never harm anybody else', async () => {
  const random = createSeededRandom(11);
  const known = [metadataApi, produceApi, apiVersionsApi];
  for (let round = 0; round < 200; round += 1) {
    const client = await RawClient.open(broker.port);
    const body = random.bytes(random.integer(0, 300));
    // Most begin like a request, so that they reach the codecs.
    if (body.length > 8 && random.chance(0.8)) {
      const api = random.pick(known);
      body.writeInt16BE(api.key, 0);
      body.writeInt16BE(random.integer(api.versionMin, api.versionMax), 2);
      body.writeInt16BE(-1, 8);
    }
    const bytes = random.chance(0.8) ? sized(body.length, body) : body;
    const cut = random.integer(0, bytes.length);
    client.send(bytes.subarray(0, cut));
    client.send(bytes.subarray(cut));
    client.end();
    await client.closed;
  }
  expect(await isUnharmed()).toBe(true);
});

test('frames that never end, a hundred of them, leave the broker serving', async () => {
  const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.open(broker.port)));
  for (const client of clients) client.send(sized(100 * 1024 * 1024, 'only this'));
  expect(await isUnharmed()).toBe(true);
  for (const client of clients) client.end();
  expect(await isUnharmed()).toBe(true);
});

test('nothing that follows a malformed request on its connection has any effect', async () => {
  const client = await RawClient.open(broker.port);
  const good = requestFrame(produceApi, 9, produce(batchOf({ count: 3 })));
  client.send(Buffer.concat([sized(5, Buffer.from([0, 3, 0, 9, 0])), good, good]));
  await client.closed;
  const answer = await bystander.request(produceApi, 9, produce(batchOf()));
  expect(answer?.responses[0]?.partitionResponses[0]?.baseOffset).toBe(0);
});

test('ApiVersions of an unknown version is answered in v0 with the list (KIP-511)', async () => {
  const client = await RawClient.open(broker.port);
  client.send(sized(11, Buffer.from([0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff, 0])));
  const answer = await client.answer();
  expect([answer?.readInt32BE(0), answer?.readInt16BE(4)]).toEqual([7, errorCode('UNSUPPORTED_VERSION')]);
  expect(answer?.readInt32BE(6)).toBeGreaterThan(15);
  expect((await client.request(apiVersionsApi, 0, askVersions))?.errorCode).toBe(0);
  client.end();
});

test.each([
  ['a flipped bit', 'CORRUPT_MESSAGE', (batch: Buffer) => batch.fill(0xee, 70, 71)],
  ['two batches', 'INVALID_RECORD', (batch: Buffer) => Buffer.concat([batch, batch])],
  ['half a batch', 'INVALID_RECORD', (batch: Buffer) => batch.subarray(0, 80)],
  ['no record at all', 'INVALID_RECORD', () => Buffer.alloc(0)],
  ['more than max.message.bytes', 'MESSAGE_TOO_LARGE', () => batchOf({ valueBytes: 2_000_000 })],
  [
    'a transaction without its id',
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    () => batchOf({ isTransactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
  ],
] as const)('%s is refused with %s, and the connection stays', async (_, error, spoil) => {
  const client = await RawClient.open(broker.port);
  const answer = await client.request(produceApi, 9, produce(spoil(batchOf())));
  expect(answer?.responses[0]?.partitionResponses[0]).toMatchObject({
    errorCode: errorCode(error),
    baseOffset: -1,
  });
  expect((await client.request(apiVersionsApi, 3, askVersions))?.errorCode).toBe(0);
  client.end();
});

test('an acks that is none of -1, 0 and 1 is refused with INVALID_REQUIRED_ACKS', async () => {
  const answer = await bystander.request(produceApi, 9, produce(batchOf(), 2));
  expect(answer?.responses[0]?.partitionResponses[0]?.errorCode).toBe(errorCode('INVALID_REQUIRED_ACKS'));
});

test('a refused batch that wants no answer ends the connection, as Apache Kafka does it', async () => {
  const client = await RawClient.open(broker.port);
  client.send(requestFrame(produceApi, 9, produce(Buffer.from('no batch'), 0)));
  await client.closed;
  expect(await isUnharmed()).toBe(true);
});
