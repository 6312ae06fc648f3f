import 'reflect-metadata';
import { zstdCompressSync } from 'node:zlib';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { createLogger } from '@weir/runtime/logger';
import { afterEach, expect, it, vi } from 'vitest';
import { compressedBatch } from '../testing/stored-records.ts';
import { decodeIdleMsMax } from './limits.ts';
import { RecordDecoder } from './record-decoder.ts';

const decoder = new RecordDecoder(createLogger('decoder', 'silent'));
afterEach(async () => {
  vi.useRealTimers();
  await decoder.onApplicationShutdown();
});

const zstd = 4;
const records = 4_000_000;
/** A record of seven bytes: length 6, attributes, no time, no offset, no key, no value, no headers. */
const emptyRecord = Buffer.from([12, 0, 0, 0, 1, 1, 0]);
const bomb = compressedBatch(zstd, zstdCompressSync(Buffer.alloc(records * 7, emptyRecord)), records);
const usual = encodeBatch({ records: [{ timestamp: 1, key: null, value: Buffer.from('usual') }] });

const decode = (clusterId: string, batch: Buffer) =>
  decoder.decode(clusterId, { batch, from: 0, to: records, recordsMax: 10, shownBytesMax: 100 });

it('keeps a thread for clusters that are known as quick, from new ones and from costly ones', async () => {
  expect((await decode('quiet', usual)).kind).toBe('records');
  for (const what of ['new', 'costly']) {
    const order: string[] = [];
    const bombs = ['a', 'b', 'c'].map((clusterId) =>
      decode(clusterId, bomb).then(({ kind }) => order.push(`${clusterId} ${kind}`)),
    );
    for (let at = 0; at < 3; at++) {
      expect((await decode('quiet', usual)).kind, what).toBe('records');
      order.push('quiet');
    }
    expect(order.slice(0, 3), what).toEqual(['quiet', 'quiet', 'quiet']);
    await Promise.all(bombs);
    expect(order.slice(3).toSorted(), what).toEqual(['a too-costly', 'b too-costly', 'c too-costly']);
  }
}, 30_000);

it('keeps who comes for the first time waiting behind nobody who is known as costly', async () => {
  const costly = ['a', 'b', 'c', 'd'];
  await Promise.all(costly.map((clusterId) => decode(clusterId, bomb)));
  const order: string[] = [];
  const bombs = costly.map((clusterId) => decode(clusterId, bomb).then(() => order.push(clusterId)));
  await decode('newcomer', usual);
  order.push('newcomer');
  await Promise.all(bombs);
  expect(order[0]).toBe('newcomer');
}, 30_000);

it('ends a thread that had nothing to do for long, and starts one again for the next batch', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await decode('quiet', usual);
  vi.advanceTimersByTime(decodeIdleMsMax - 1);
  await decode('quiet', usual);
  vi.advanceTimersByTime(decodeIdleMsMax - 1);
  expect(decoder.threadCount).toBe(1);
  vi.advanceTimersByTime(1);
  await vi.waitUntil(() => decoder.threadCount === 0);
  expect((await decode('quiet', usual)).kind).toBe('records');
});
