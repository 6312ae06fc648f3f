import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { CellForTests } from '../testing/cell-for-tests.ts';

test('what the cloud’s own pages read is not counted, what they write is, and a key of the same owner counts whole', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'weir-usage-'));
  const cell = await CellForTests.start(dataDir);
  const clusterId = 'lkc-usage';
  const ownKey = await cell.addCluster(clusterId, [{}, { resourceType: 'GROUP' }]);
  const pageKey = await cell.addKey(clusterId, 'KEY-of-pages', { isOfOwnPages: true });
  await cell.addTopic(clusterId, 'topic');
  const clientOf = ({ key, secret }: { key: string; secret: string }) =>
    new Kafka({
      brokers: [`127.0.0.1:${cell.broker.port}`],
      sasl: { mechanism: 'plain', username: key, password: secret },
      logLevel: logLevel.NOTHING,
    });
  const write = async (kafka: Kafka) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'topic', messages: [{ value: 'x'.repeat(1_000) }] });
    await producer.disconnect();
  };
  const readBoth = async (kafka: Kafka, groupId: string) => {
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topic: 'topic', fromBeginning: true });
    let read = 0;
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async () => {
            read += 1;
            if (read === 2) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
  };
  const page = clientOf(pageKey);
  await write(page);
  await write(page);
  await readBoth(page, 'pages');
  await readBoth(page, 'pages-again');
  await readBoth(clientOf(ownKey), 'own');
  await cell.broker.stop();
  const total = (meter: string) =>
    cell.reports
      .flatMap(({ rows }) => rows.filter((row) => row.clusterId === clusterId && row.meter === meter))
      .reduce((sum, { quantity }) => sum + quantity, 0);
  expect([total('records_in'), total('records_out')]).toEqual([2, 2]);
  expect(total('bytes_out')).toBe(total('bytes_in'));
  expect(total('requests')).toBeGreaterThan(0);
  const peaks = cell.reports.flatMap(({ rows }) => rows.filter((row) => row.meter === 'connections_peak'));
  expect(Math.max(...peaks.map(({ quantity }) => quantity))).toBeLessThanOrEqual(2);
  await rm(dataDir, { recursive: true });
}, 60_000);
