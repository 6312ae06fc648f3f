import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';

// kill -9 of the real process under load: what was acknowledged stands, and the broker is back at once.

const directory = temporaryDirectory();
const partitions = 3;
const restartMsMax = 1_000;
let broker: BrokerProcess;

beforeAll(async () => {
  buildBroker();
  broker = await BrokerProcess.start(directory.path);
});
afterAll(async () => {
  await broker.stop();
  directory.remove();
});

/** Sends numbered records from several producers until they fail; what was acknowledged, by value, as `partition/offset`. */
async function produceUntil(topic: string, life: number, acknowledgedMin: number, end: () => Promise<void>) {
  const acknowledged = new Map<string, string>();
  // Without idempotence: with it this client goes on trying whatever it was told of retries.
  const producers = [1, 2].map(
    () =>
      new Producer({
        clientId: 'load',
        bootstrapBrokers: [broker.address],
        serializers: stringSerializers,
        retries: 0,
      }),
  );
  const enough = Promise.withResolvers<void>();
  let sent = 0;
  const sender = async (producer: (typeof producers)[number]) => {
    for (;;) {
      const value = `life ${life} record ${sent++} ${'x'.repeat(200)}`;
      const partition = sent % partitions;
      const result = await producer.send({ messages: [{ topic, value, partition }], acks: -1 });
      const place = result.offsets?.[0];
      if (place !== undefined) acknowledged.set(value, `${place.partition}/${place.offset}`);
      if (acknowledged.size >= acknowledgedMin) enough.resolve();
    }
  };
  const sending = Promise.allSettled(producers.flatMap((producer) => [1, 2, 3].map(() => sender(producer))));
  await enough.promise;
  await end();
  await sending;
  for (const producer of producers) await producer.close();
  return acknowledged;
}

/** Everything in the topic: place to value. */
async function readAll(topic: string, count: number): Promise<Map<string, string>> {
  const consumer = new Consumer({
    clientId: 'reader',
    bootstrapBrokers: [broker.address],
    groupId: `reader-${count}`,
    deserializers: stringDeserializers,
  });
  const found = new Map<string, string>();
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  for await (const { partition, offset, value } of stream) {
    found.set(`${partition}/${offset}`, value);
    if (found.size >= count) break;
  }
  await consumer.close(true);
  return found;
}

/** How many records there are, by the broker's own end offsets. */
async function endOffsets(topic: string): Promise<number> {
  const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [broker.address] });
  const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: -1n,
  }));
  const offsets = await admin.listOffsets({ topics: [{ name: topic, partitions: asked }] });
  await admin.close();
  return offsets.flatMap((each) => each.partitions).reduce((sum, { offset }) => sum + Number(offset), 0);
}

test('every acknowledged record is there once, at its offset, after each of three kills; the restart takes under a second', async () => {
  const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [broker.address] });
  await admin.createTopics({ topics: ['orders'], partitions, replicas: 1 });
  await admin.close();
  const acknowledged = new Map<string, string>();
  for (let life = 0; life < 3; life += 1) {
    for (const entry of await produceUntil('orders', life, 1_000, () => broker.stop('SIGKILL')))
      acknowledged.set(...entry);
    broker = await BrokerProcess.start(directory.path, broker.port);
    expect(broker.readyMs).toBeLessThan(restartMsMax);
  }
  const count = await endOffsets('orders');
  expect(count).toBeGreaterThanOrEqual(acknowledged.size);
  const found = await readAll('orders', count);
  const missing = [...acknowledged].filter(([value, place]) => found.get(place) !== value);
  expect(missing).toEqual([]);
  // A value appears once: nobody retried, so a second one would be the broker's doing.
  expect(new Set(found.values()).size).toBe(found.size);
});
