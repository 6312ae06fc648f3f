import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from './setup/debian-packages.ts';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// What must hold when parts of a running cloud die, shown on the real one with real clients.

const canRun = hasProgram('kcat');
if (!canRun) console.log('skipped: outages, since kcat is not installed');

/** Bytes of every log segment of a topic: what the brokers themselves say they took in. */
function loggedBytes(weir: Installation, tenant: Tenant, topicId: string): number {
  const logs = join(weir.directory, 'broker-1', 'logs', tenant.clusterId);
  return readdirSync(logs)
    .filter((partition) => partition.startsWith(topicId))
    .flatMap((partition) => readdirSync(join(logs, partition)).map((file) => join(logs, partition, file)))
    .filter((file) => file.endsWith('.log'))
    .reduce((bytes, file) => bytes + statSync(file).size, 0);
}

function clientOptions(weir: Installation, tenant: Tenant, clientId: string) {
  return {
    clientId,
    bootstrapBrokers: [`localhost:${weir.ports.broker}`],
    sasl: { mechanism: 'PLAIN' as const, username: tenant.key, password: tenant.secret },
    retries: 0,
  };
}

/** Sends numbered records, several at a time, until sending fails. Fills `acked` with what was acknowledged. */
async function produceUntilItFails(
  producer: Producer<string, string, string, string>,
  acked: Map<string, number>,
) {
  let sent = 0;
  const sender = async () => {
    for (;;) {
      const value = `record ${sent++}`;
      const result = await producer.send({ messages: [{ topic: 'orders', value }], acks: -1 });
      const offset = result.offsets?.[0]?.offset;
      if (offset !== undefined) acked.set(value, Number(offset));
    }
  };
  await Promise.allSettled([sender(), sender(), sender(), sender()]);
}

describe.skipIf(!canRun)('a cloud that loses parts', () => {
  let weir: Installation;
  let tenant: Tenant;

  beforeAll(async () => {
    weir = await Installation.make();
    await weir.launch().line('weir ready');
    tenant = await Tenant.signUp(weir);
  });
  afterAll(() => weir.remove());

  test('every process killed at once: acknowledged records are there once, committed offsets stand', async () => {
    await tenant.createTopic('orders');
    const options = clientOptions(weir, tenant, 'outage');
    const producer = new Producer({ ...options, serializers: stringSerializers, idempotent: false });
    const acked = new Map<string, number>();
    const producing = produceUntilItFails(producer, acked);
    await expect.poll(() => acked.size, { timeout: 20_000 }).toBeGreaterThan(200);
    const committed = [{ topic: 'orders', partition: 0, offset: 150n, leaderEpoch: 0 }];
    const consumer = new Consumer({ ...options, groupId: 'readers', deserializers: stringDeserializers });
    await consumer.joinGroup({});
    await consumer.commit({ offsets: committed });
    await expect.poll(() => acked.size, { timeout: 20_000 }).toBeGreaterThan(400);
    await weir.kill(['launcher', 'broker', 'postgres', 'redis', 'api', 'worker', 'console']);
    await producing;
    await Promise.allSettled([producer.close(true), consumer.close(true)]);

    await weir.launch().line('weir ready');
    const printed = await tenant.kcat([
      '-C',
      '-t',
      'orders',
      '-o',
      'beginning',
      '-e',
      '-q',
      '-f',
      '%o\t%s\n',
    ]);
    const found = printed
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]);
    expect(found.map(([offset]) => Number(offset))).toEqual(found.map((_, index) => index));
    const offsetsOf = Map.groupBy(found, ([, value]) => value);
    const wrong = [...acked].filter(([value, offset]) => {
      const places = offsetsOf.get(value)?.map(([at]) => Number(at));
      return places?.length !== 1 || places[0] !== offset;
    });
    expect(wrong).toEqual([]);

    const reader = new Consumer({
      ...clientOptions(weir, tenant, 'after'),
      groupId: 'readers',
      deserializers: stringDeserializers,
    });
    const offsets = await reader.listCommittedOffsets({ topics: [{ topic: 'orders', partitions: [0] }] });
    expect(offsets.get('orders')).toEqual([150n]);
    await reader.close(true);
  });

  test('API, worker, console and Redis gone: clients go on, and the ledger has that time to the byte', async () => {
    const { topicId } = await tenant.createTopic('meanwhile');
    await weir.kill(['launcher', 'api', 'worker', 'console', 'redis']);
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    await tenant.kcat(['-P', '-t', 'meanwhile'], `${lines.join('\n')}\n`);
    const read = await tenant.kcat(['-C', '-t', 'meanwhile', '-o', 'beginning', '-e', '-q']);
    expect(read.trimEnd().split('\n')).toEqual(lines);

    const logged = loggedBytes(weir, tenant, topicId);
    await weir.launch().line('weir ready');
    await tenant.signIn();
    await expect
      .poll(async () => (await tenant.usageOf('meanwhile')).recordsIn, { timeout: 40_000, interval: 250 })
      .toBe(lines.length);
    expect((await tenant.usageOf('meanwhile')).bytesIn).toBe(logged);
  });
});
