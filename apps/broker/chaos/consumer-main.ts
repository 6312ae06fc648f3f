import { Kafka, logLevel } from 'kafkajs';
import { tenant } from '../src/testing/furnish-tenant.ts';
import type { ConsumerNews, ConsumerSettings } from './consumer-process.ts';
import { topic } from './topic.ts';

// One consumer, with the client's own defaults; it leaves when whoever started it is gone or no longer listens.

// Written by consumer-process.ts.
const settings = JSON.parse(process.argv[2] ?? '') as ConsumerSettings;
const { addresses, groupId, commits } = settings;

const kafka = new Kafka({
  brokers: [...addresses],
  sasl: { mechanism: 'plain', username: tenant.keyId, password: tenant.secret },
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId });

// Whoever listened is gone, of which `disconnect` tells as well.
process.on('error', () => undefined);

function tell(news: ConsumerNews): void {
  if (process.connected) process.send?.(news);
}

async function commit(partition: number, offset: number): Promise<void> {
  try {
    await consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
    tell({ kind: 'committed', partition, offset });
  } catch {
    // The next one says more. Thrown on, it would have the client deliver these records once more.
  }
}

/** The client gives up after a while where nobody answers; who runs a consumer starts it again. */
async function connect(): Promise<void> {
  while (process.connected) {
    try {
      return await consumer.connect();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

process.once('disconnect', () => {
  consumer.disconnect().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});

consumer.on(consumer.events.GROUP_JOIN, () => tell({ kind: 'joined' }));
await connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, isStale }) => {
    if (isStale()) return;
    const { partition } = batch;
    const records = batch.messages.map(({ offset, value }) => ({
      offset: Number(offset),
      value: String(value),
    }));
    tell({ kind: 'read', partition, records });
    const last = records.at(-1);
    if (commits && last !== undefined) await commit(partition, last.offset + 1);
  },
});
