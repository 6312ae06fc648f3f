import { produceApi } from '../src/apis/00-produce.ts';
import { fetchApi } from '../src/apis/01-fetch.ts';
import { decodeRequestHeader, encodeRequestHeader, encodeResponseHeader } from '../src/headers.ts';
import { Reader } from '../src/reader.ts';
import { validateBatch } from '../src/record-batch.ts';
import { encodeBatch } from '../src/records.ts';
import { Writer } from '../src/writer.ts';

/**
 * What the codecs take of a request's ten microseconds. Run: node bench/messages.ts
 * Each figure is the median of nine rounds, in nanoseconds an operation.
 */
const rounds = 9;
const topicId = Buffer.alloc(16, 7).toString('base64url');
const writer = new Writer();
const reader = new Reader(Buffer.alloc(0));

const small = encodeBatch({ records: [{ timestamp: 1, key: null, value: Buffer.alloc(100) }] });
const large = encodeBatch({
  records: Array.from({ length: 16 }, () => ({ timestamp: 1, key: null, value: Buffer.alloc(1_000) })),
});

function produceRequest(version: number, records: Buffer): Buffer {
  writer.startPlain();
  const header = { apiKey: 0, apiVersion: version, correlationId: 5, clientId: 'bench-client' };
  encodeRequestHeader(writer, header, produceApi.flexibleFrom);
  produceApi.encodeRequest(writer, version, {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: 'bench', topicId, partitionData: [{ index: 0, records }] }],
  });
  return Buffer.concat(writer.finish());
}

function fetchRequest(partitions: number): Buffer {
  writer.startPlain();
  const header = { apiKey: 1, apiVersion: 17, correlationId: 5, clientId: 'bench-client' };
  encodeRequestHeader(writer, header, fetchApi.flexibleFrom);
  fetchApi.encodeRequest(writer, 17, {
    maxWaitMs: 500,
    minBytes: 1,
    topics: [
      {
        topicId,
        partitions: Array.from({ length: partitions }, (_, partition) => ({
          partition,
          fetchOffset: 1_000 + partition,
          partitionMaxBytes: 1 << 20,
        })),
      },
    ],
  });
  return Buffer.concat(writer.finish());
}

function fetchResponse(partitions: number) {
  return {
    responses: [
      {
        topicId,
        partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
          partitionIndex,
          errorCode: 0,
          highWatermark: 2_000,
          lastStableOffset: 2_000,
          logStartOffset: 0,
          abortedTransactions: null,
          records: [large],
        })),
      },
    ],
  };
}

function measure(name: string, operations: number, operation: () => number): void {
  const samples: number[] = [];
  let sink = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    for (let index = 0; index < operations; index += 1) sink += operation();
    samples.push(Number(process.hrtime.bigint() - start) / operations);
  }
  samples.sort((a, b) => a - b);
  const median = samples[rounds >> 1] ?? 0;
  console.log(`${name.padEnd(52)} ${median.toFixed(0).padStart(8)} ns${sink === 0 ? ' (nothing done)' : ''}`);
}

function decoding(
  version: number,
  frame: Buffer,
  decode: (reader: Reader, version: number) => object,
): () => number {
  const flexibleFrom = (key: number) => (key === 0 ? produceApi.flexibleFrom : fetchApi.flexibleFrom);
  return () => {
    reader.reset(frame);
    decodeRequestHeader(reader, flexibleFrom);
    decode(reader, version);
    return reader.offset;
  };
}

const answer = {
  responses: [{ name: 'bench', topicId, partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 42 }] }],
};
for (const version of [7, 9, 13]) {
  const frame = produceRequest(version, small);
  measure(
    `produce v${version} request, header and body: decode`,
    200_000,
    decoding(version, frame, produceApi.decodeRequest),
  );
  measure(`produce v${version} response: encode`, 200_000, () => {
    writer.startFrame();
    encodeResponseHeader(writer, produceApi, version, 5);
    produceApi.encodeResponse(writer, version, answer);
    return writer.finish().length;
  });
}
for (const partitions of [1, 100]) {
  const frame = fetchRequest(partitions);
  const response = fetchResponse(partitions);
  const operations = 200_000 / partitions;
  measure(
    `fetch v17 request, ${partitions} partitions: decode`,
    operations,
    decoding(17, frame, fetchApi.decodeRequest),
  );
  measure(`fetch v17 response, ${partitions} partitions: encode`, operations, () => {
    writer.startFrame();
    encodeResponseHeader(writer, fetchApi, 17, 5);
    fetchApi.encodeResponse(writer, 17, response);
    return writer.finish().length;
  });
}
for (const batch of [small, large]) {
  measure(`validate a batch of ${batch.length} bytes`, 100_000, () =>
    validateBatch(batch, 0, batch.length) === 'NONE' ? 1 : 0,
  );
}
