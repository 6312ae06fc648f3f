import { zstdCompressSync } from 'node:zlib';
import { createCluster } from '@weir/contracts/clusters';
import { createApiKey } from '@weir/contracts/iam';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { batchBytes } from '@weir/kafka-protocol/record-batch';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';
import { compressedBatch, storeBatch } from '../testing/stored-records.ts';

let served: ServedCluster;
let api: ServedCluster['api'];
let person: ServedCluster['person'];
let cluster_id: string;
let newTopic: ServedCluster['newTopic'];
let say: ServedCluster['say'];
let credential: { keyId: string; secret: string };

beforeAll(async () => {
  served = await startServedCluster();
  ({ api, person, cluster_id, newTopic, say } = served);
  const key = await person.call(createApiKey, { body: { spec: { resource: { id: cluster_id } } } });
  credential = { keyId: key.id, secret: key.spec.secret ?? '' };
});
afterAll(() => served.stop());

const store = (topic: string, records: Buffer, partition = 0) =>
  storeBatch(served.port, credential, { topic, partition }, records);
const batchOf = (value: string, timestamp = Date.now()) =>
  encodeBatch({ records: [{ timestamp, key: null, value: Buffer.from(value) }] });

const snappy = 2;
const lz4 = 3;
const zstd = 4;
/** A bare snappy block that opens with the claim to become 2^31 − 1 bytes. */
const hugeClaim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61, 0x61]);

/** How long the process at most did nothing else while `work` ran, milliseconds. */
const longestPause = async (work: Promise<unknown>): Promise<number> => {
  let longest = 0;
  let before = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
  }, 5);
  await work;
  clearInterval(timer);
  return Math.max(longest, performance.now() - before);
};

describe('a batch that cannot be shown', () => {
  it.each([
    ['a zstd bomb of 256 MiB', compressedBatch(zstd, zstdCompressSync(Buffer.alloc(256 * 1024 * 1024)))],
    ['a snappy batch that claims 2^31 − 1 bytes', compressedBatch(snappy, hugeClaim)],
    ['lz4 that is none', compressedBatch(lz4, Buffer.from('no lz4 at all, not even a frame'))],
    ['a record that is not as long as it says', compressedBatch(zstd, zstdCompressSync(Buffer.from([0x7e])))],
  ])('%s: stands there with its offsets, between what can be shown', async (name, batch) => {
    const params = await newTopic(name.replaceAll(/\W/g, '-').slice(0, 40));
    await say(params, 'before');
    await store(params.topic_name, batch);
    await say(params, 'after');
    const read = person.call(readRecords, { params });
    const pauseMs = await longestPause(read);
    const { data, unreadable, complete } = await read;
    expect(data.map((record) => record.value?.data)).toEqual(['after', 'before']);
    expect(unreadable).toEqual([{ partition_id: 0, first_offset: 1, last_offset: 1, reason: 'UNDECODABLE' }]);
    expect(complete).toBe(true);
    expect(pauseMs).toBeLessThan(250);
  });

  it('of millions of records, within what is decompressed: its thread ends and this process does not', async () => {
    const params = await newTopic('millions');
    await say(params, 'before');
    // A record of seven bytes: length 6, attributes, no time, no offset, no key, no value, no headers.
    const records = Buffer.alloc(4_000_000 * 7);
    for (let at = 0; at < records.length; at += 7) records.set([12, 0, 0, 0, 1, 1, 0], at);
    await store(params.topic_name, compressedBatch(zstd, zstdCompressSync(records), 4_000_000));
    const read = person.call(readRecords, { params, query: { from: 'earliest' } });
    expect(await longestPause(read)).toBeLessThan(250);
    const { data, unreadable } = await read;
    expect(data.map((record) => record.value?.data)).toEqual(['before']);
    expect(unreadable).toEqual([
      { partition_id: 0, first_offset: 1, last_offset: 4_000_000, reason: 'TOO_COSTLY' },
    ]);
    await say(params, 'after');
    expect((await person.call(readRecords, { params, query: { limit: '1' } })).data).toHaveLength(1);
  });

  it('does not keep another cluster from reading for longer than its own bound', async () => {
    const params = await newTopic('costly', 64);
    const records = Buffer.alloc(4_000_000 * 7);
    for (let at = 0; at < records.length; at += 7) records.set([12, 0, 0, 0, 1, 1, 0], at);
    const batch = compressedBatch(zstd, zstdCompressSync(records), 4_000_000);
    for (let partition = 0; partition < 8; partition++) await store('costly', Buffer.from(batch), partition);
    const other = await api.signUp();
    const mine = (await other.call(createCluster, { body: { spec: { display_name: 'quiet' } } })).id;
    const quiet = { cluster_id: mine, topic_name: 'quiet' };
    await other.call(createTopic, {
      params: { cluster_id: mine },
      body: { topic_name: 'quiet', partitions_count: 1 },
    });
    await other.call(produceRecord, { params: quiet, body: { value: { type: 'STRING', data: 'x' } } });
    const abuse = Array.from({ length: 6 }, () =>
      person.try(readRecords, { params, query: { from: 'earliest' } }),
    );
    const startedAt = performance.now();
    expect((await other.call(readRecords, { params: quiet })).data).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(3_500);
    const answers = await Promise.all(abuse);
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(answers[0]?.body).toMatchObject({ complete: false });
  });
});

describe('a record', () => {
  it.each([
    ['before any year', -(2 ** 52)],
    ['after the year 9999', 253_402_300_800_000],
    ['after any date', 2 ** 52],
  ])('with a time %s is shown without one, and so is what is around it', async (name, timestamp) => {
    const configs = [
      { name: 'message.timestamp.after.max.ms', value: '9223372036854775807' },
      { name: 'message.timestamp.before.max.ms', value: '9223372036854775807' },
    ];
    const topic_name = name.replaceAll(' ', '-');
    await person.call(createTopic, {
      params: { cluster_id },
      body: { topic_name, partitions_count: 1, configs },
    });
    const open = { cluster_id, topic_name };
    await store(topic_name, batchOf('strange', timestamp));
    await say(open, 'usual');
    const { data } = await person.call(readRecords, { params: open, query: { from: 'earliest' } });
    expect(data.map((record) => record.value?.data)).toEqual(['strange', 'usual']);
    expect(data[0]?.timestamp).toBeNull();
  });

  it('with a time that the topic does not take is refused as such', async () => {
    const params = await newTopic('in-time');
    const value = { type: 'STRING' as const, data: 'x' };
    for (const timestamp of ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59-23:59']) {
      const answer = await person.try(produceRecord, { params, body: { value, timestamp } });
      expect(answer.status).toBe(400);
    }
  });

  it('with thousands of headers is shown with the first of them and their number', async () => {
    const params = await newTopic('headers');
    const headers = Array.from({ length: 5_000 }, () => ({ key: 'h'.repeat(3_000), value: Buffer.alloc(9) }));
    const batch = encodeBatch({ records: [{ timestamp: Date.now(), key: null, value: null, headers }] });
    await expect(store('headers', batch)).rejects.toThrow('MESSAGE_TOO_LARGE');
    const some = headers.slice(0, 300);
    await store(
      'headers',
      encodeBatch({ records: [{ timestamp: Date.now(), key: null, value: null, headers: some }] }),
    );
    const [record] = (await person.call(readRecords, { params })).data;
    expect(record).toMatchObject({ headers_total: 300 });
    expect(record?.headers).toHaveLength(32);
    expect(JSON.stringify(record).length).toBeLessThan(64 * 1024);
  });

  it('of half a mebibyte, five hundred of them, is shown shorter, so that the answer stays small', async () => {
    const params = await newTopic('large');
    const value = Buffer.alloc(100_000, 'a');
    const records = Array.from({ length: 10 }, () => ({ timestamp: Date.now(), key: null, value }));
    const batch = encodeBatch({ records });
    expect(batchBytes(batch, 0)).toBeGreaterThan(1_000_000);
    for (let at = 0; at < 20; at++) await store('large', Buffer.from(batch));
    const answer = await person.try(readRecords, { params, query: { limit: '200' } });
    expect(answer.status).toBe(200);
    expect(answer.text.length).toBeLessThan(9 * 1024 * 1024);
  });
});
