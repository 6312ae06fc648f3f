import { zstdCompressSync } from 'node:zlib';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { compressedBatch, storeBatch } from '../src/testing/stored-records.ts';
import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings, inLanes, type Scene } from './attack.ts';
import { problemOf } from './judge.ts';

// What a tenant wrote over Kafka, read in the record browser; and records written by REST, as many as go in.

const [snappy, lz4, zstd] = [2, 3, 4];
/** A record of seven bytes: length 6, attributes, no time, no offset, no key, no value, no headers. */
const emptyRecord = Buffer.from([12, 0, 0, 0, 1, 1, 0]);
const records = 2_000_000;

const bombs = (): readonly Buffer[] => [
  compressedBatch(zstd, zstdCompressSync(Buffer.alloc(256 * 1024 * 1024))),
  compressedBatch(snappy, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x61, 0x61])),
  compressedBatch(lz4, Buffer.from('no lz4 at all, not even a frame')),
  compressedBatch(zstd, zstdCompressSync(Buffer.alloc(records * 7, emptyRecord)), records),
];

const storeBombs = async ({ product, abusers }: Scene): Promise<void> => {
  const batches = bombs();
  for (const { apiKeyId: keyId, secret, topicName: topic } of abusers.slice(0, 6)) {
    for (const batch of batches) await storeBatch(product.ports.broker, { keyId, secret }, { topic }, batch);
  }
};

const reads: Attack = {
  name: 'stored bombs read in the record browser, again and again',
  over: 'rest',
  run: async (scene, signal) => {
    await storeBombs(scene);
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.api, abuserAddress, 24);
    await inLanes(24, signal, async (lane) => {
      const person = scene.abusers[lane % Math.min(6, scene.abusers.length)];
      const path = `/kafka/v3/clusters/${person?.clusterId}/topics/${person?.topicName}/records?from=earliest&limit=100`;
      const reply = await asker.ask({ method: 'GET', path, headers: { cookie: person?.cookie ?? '' } });
      findings.tried += 1;
      // Reading has a bound of its own, which is longer than that of other answers.
      findings.add(problemOf({ ...reply, ms: Math.max(0, reply.ms - recordsMsMax) }, readRecords));
    });
    asker.close();
    return findings.outcome();
  },
};
/** A whole request for records; see records/limits.ts. */
const recordsMsMax = 8_000;

const writes: Attack = {
  name: 'records of 1.9 MB written by REST, six at a time each',
  over: 'rest',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.api, abuserAddress, 24);
    const values: readonly unknown[] = [
      { type: 'STRING', data: 'x'.repeat(900_000) },
      { type: 'JSON', data: Array.from({ length: 90_000 }, () => 1) },
      { type: 'STRING', data: 'x'.repeat(1_900_000) },
      { type: 'JSON', data: Array.from({ length: 600_000 }, () => []) },
    ];
    const bodies = values.map((value) => JSON.stringify({ value }));
    let turn = 0;
    await inLanes(24, signal, async (lane) => {
      const person = scene.abusers[lane % Math.min(4, scene.abusers.length)];
      const path = `/kafka/v3/clusters/${person?.clusterId}/topics/${person?.topicName}/records`;
      const body = bodies[turn++ % bodies.length] ?? '';
      const reply = await asker.ask({
        method: 'POST',
        path,
        body,
        headers: { cookie: person?.cookie ?? '' },
      });
      findings.tried += 1;
      findings.add(problemOf({ ...reply, ms: Math.max(0, reply.ms - recordsMsMax) }, produceRecord));
    });
    asker.close();
    return findings.outcome();
  },
};

export const recordAttacks: readonly Attack[] = [reads, writes];
