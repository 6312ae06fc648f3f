import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Reader } from '../reader.ts';
import { sampleMessage } from '../sample-message.ts';
import { Writer } from '../writer.ts';
import { allApis } from './all-apis.ts';

/** Message, version and the bytes that Apache Kafka 4.3.0's own classes make of the sample message. */
const rows = readFileSync(join(import.meta.dirname, 'golden-messages.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => row.split('\t'));
const golden = new Map(rows.map(([name, version, hex]) => [`${name} ${version}`, hex ?? '']));
const writer = new Writer();

describe.each(allApis.map((api) => [api.name, api] as const))('%s', (name, api) => {
  test('gives and takes the bytes of Apache Kafka in every version', () => {
    for (let version = api.versionMin; version <= api.versionMax; version += 1) {
      const request = sampleMessage(api.requestFields, version);
      const requestHex = golden.get(`${name}Request ${version}`);
      api.encodeRequest(writer.startPlain(), version, request);
      expect(Buffer.concat(writer.finish()).toString('hex')).toBe(requestHex);
      expect(api.decodeRequest(new Reader(Buffer.from(requestHex ?? '', 'hex')), version)).toEqual(request);

      const response = sampleMessage(api.responseFields, version);
      const responseHex = golden.get(`${name}Response ${version}`);
      api.encodeResponse(writer.startPlain(), version, response);
      expect(Buffer.concat(writer.finish()).toString('hex')).toBe(responseHex);
      expect(api.decodeResponse(new Reader(Buffer.from(responseHex ?? '', 'hex')), version)).toEqual(
        response,
      );
    }
  });
});
