import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { batchBytes } from '@weir/kafka-protocol/record-batch';
import { decodeRecords, encodeBatch } from '@weir/kafka-protocol/records';
import { expect, test } from 'vitest';
import { ThreeBrokers } from './three-brokers.ts';
import { WireClient } from './wire-client.ts';

const seeds = [1, 2, 3, 4, 5, 6];

/** A compacted topic on three brokers, in which a segment has many batches. */
async function begin(seed: number) {
  const configs = { 'cleanup.policy': 'compact', 'segment.ms': '20000', 'min.cleanable.dirty.ratio': '0' };
  // What is in memory is read as it was written.
  const bounds = {
    segmentMsMin: 1,
    segmentsPerClusterMax: 10_000,
    compactionIntervalMs: 300,
    tailCacheBytesMax: 1,
  };
  const of = await ThreeBrokers.begin({ seed, configs, bounds });
  await of.until(async () => (await of.row()).isr.length === 3);
  await of.pass(5_000);
  const connect = (brokerId: number) =>
    of.run(WireClient.connect(of.world, of.cell.network, 'client', `broker-${brokerId}`));
  const write = async (client: WireClient, texts: readonly string[]) => {
    const records = texts.map((text) => {
      const [key = '', value = ''] = text.split('=');
      return { timestamp: 1_000, key: Buffer.from(key), value: Buffer.from(value) };
    });
    const partitionData = [{ index: 0, records: encodeBatch({ records }) }];
    const topicData = [{ name: 'topic', partitionData }];
    const request = { transactionalId: null, acks: -1, timeoutMs: 1_000, topicData };
    const answer = await of.run(client.request(produceApi, 8, request));
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    await of.pass(5);
  };
  /** Everything that a reader from the beginning finds. */
  const read = async (brokerId: number): Promise<string[]> => {
    const client = await connect(brokerId);
    const found: string[] = [];
    for (let fetchOffset = 0; ; ) {
      const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
      const topics = [{ topic: 'topic', partitions }];
      const asked = { maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, topics, forgottenTopicsData: [] };
      const answer = await of.run(client.request(fetchApi, 11, asked));
      const part = answer.responses[0]?.partitions[0];
      const bytes = part?.records ?? Buffer.alloc(0);
      if (part === undefined || part.errorCode !== 0) throw new Error(`refused with ${part?.errorCode}`);
      for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
        for (const { key, value, offset } of decodeRecords(bytes, at))
          found.push(`${offset} ${key}=${value}`);
        fetchOffset = Number(bytes.readBigInt64BE(at)) + bytes.readInt32BE(at + 23) + 1;
      }
      if (fetchOffset >= part.highWatermark) return found;
    }
  };
  return { of, connect, write, read };
}

test.each(seeds)(
  'a replica that was away goes on where it was, though its leader has compacted what lies there: seed %i',
  async (seed) => {
    const { of, connect, write, read } = await begin(seed);
    const { leader } = await of.row();
    const away = (leader % 3) + 1;
    const client = await connect(leader);
    for (let round = 0; round < 5; round += 1) await write(client, [`a=${round}`, `b=${round}`]);
    of.broker(away).end('stopped');
    await of.until(async () => !of.broker(away).isThere && !(await of.row()).isr.includes(away));
    for (let round = 5; round < 25; round += 1) await write(client, [`a=${round}`, `b=${round}`]);
    await write(client, ['once=1', 'a=last']);
    // The last segments end, so that what lies in them is compacted as well.
    for (let round = 0; round < 3; round += 1) {
      await of.pass(21_000);
      await write(client, ['b=last']);
    }
    await of.pass(10_000);
    expect(of.hasSaid('log.compacted')).toBe(true);
    const atLeader = await read(leader);
    expect(atLeader.length).toBeLessThan(20);
    of.broker(away).start();
    await of.until(async () => (await of.row()).isr.length === 3);
    for (const other of [1, 2, 3]) {
      if (other === away) continue;
      of.broker(other).end('stopped');
      await of.until(async () => !of.broker(other).isThere);
    }
    await of.until(async () => (await of.row()).leader === away);
    await of.pass(2_000);
    const newest = atLeader.filter((text) => /once=1|a=last|b=last/.test(text));
    expect(await read(away)).toEqual(expect.arrayContaining(newest));
  },
);

test.each(seeds)('what is compacted survives the leader, and a power cut of all: seed %i', async (seed) => {
  const { of, connect, write, read } = await begin(seed);
  const { leader } = await of.row();
  const client = await connect(leader);
  for (let round = 0; round < 30; round += 1) await write(client, [`a=${round}`, `only-${round}=x`]);
  await of.pass(21_000);
  await write(client, ['a=last']);
  await of.pass(10_000);
  for (const brokerId of [1, 2, 3]) of.broker(brokerId).end('power-cut');
  await of.pass(50);
  for (const brokerId of [1, 2, 3]) of.broker(brokerId).start();
  await of.until(async () => (await of.row()).isr.length === 3);
  await of.pass(3_000);
  const after = await read((await of.row()).leader);
  expect(after.filter((text) => text.includes('only-'))).toHaveLength(30);
  expect(after.slice(-3)).toEqual(['58 a=29', '59 only-29=x', '60 a=last']);
  expect(after.length).toBeLessThan(50);
});
