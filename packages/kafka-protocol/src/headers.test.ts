import { expect, test } from 'vitest';
import { flexibleFrom } from './apis/all-apis.ts';
import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
} from './headers.ts';
import { ProtocolError } from './protocol-error.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

const produce = { key: 0, flexibleFrom: 9 };
const apiVersions = { key: 18, flexibleFrom: 3 };

function header(apiKey: number, apiVersion: number): Buffer {
  const writer = new Writer().startPlain();
  encodeRequestHeader(
    writer,
    { apiKey, apiVersion, correlationId: 77, clientId: 'me' },
    flexibleFrom(apiKey),
  );
  return Buffer.concat(writer.finish());
}

test('the request header gains tagged fields where the API becomes flexible', () => {
  expect(header(0, 8).toString('hex')).toBe('000000080000004d00026d65');
  expect(header(0, 9).toString('hex')).toBe('000000090000004d00026d6500');
});

test.each([
  ['flexible', 0, 13],
  ['plain', 0, 3],
  ['never flexible', 17, 1],
  ['an ApiVersions nobody knows yet', 18, 99],
  ['a key nobody knows', 999, 0],
])('the request header comes back: %s', (_name, apiKey, apiVersion) => {
  const reader = new Reader(header(apiKey, apiVersion));
  expect(decodeRequestHeader(reader, flexibleFrom)).toEqual({
    apiKey,
    apiVersion,
    correlationId: 77,
    clientId: 'me',
  });
  expect(reader.remaining).toBe(0);
});

test('unknown tagged fields in a request header are skipped', () => {
  const bytes = Buffer.concat([
    header(0, 9).subarray(0, -1),
    Buffer.from([2, 0, 1, 0xaa, 5, 2, 0xbb, 0xcc, 0x42]),
  ]);
  const reader = new Reader(bytes);
  expect(decodeRequestHeader(reader, flexibleFrom).correlationId).toBe(77);
  expect(reader.int8()).toBe(0x42);
});

test('every truncation of a request header is a ProtocolError', () => {
  const bytes = header(0, 9);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(() => decodeRequestHeader(new Reader(bytes, 0, length), flexibleFrom)).toThrow(ProtocolError);
  }
});

test('the response header is flexible with its API, and never for ApiVersions', () => {
  const hex = (api: typeof produce, version: number) => {
    const writer = new Writer().startPlain();
    encodeResponseHeader(writer, api, version, 5);
    const bytes = Buffer.concat(writer.finish());
    expect(decodeResponseHeader(new Reader(bytes), api, version)).toBe(5);
    return bytes.toString('hex');
  };
  expect(hex(produce, 8)).toBe('00000005');
  expect(hex(produce, 9)).toBe('0000000500');
  expect(hex(apiVersions, 4)).toBe('00000005');
});
