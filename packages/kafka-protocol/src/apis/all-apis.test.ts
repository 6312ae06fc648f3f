import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Api } from '../api.ts';
import { ProtocolError } from '../protocol-error.ts';
import { Reader } from '../reader.ts';
import { messageArbitrary, sampleMessage } from '../sample-message.ts';
import { Writer } from '../writer.ts';
import { allApis } from './all-apis.ts';

const writer = new Writer();

interface Side {
  readonly name: string;
  readonly fields: Api['requestFields'];
  encode(version: number, value: unknown): Buffer;
  decode(bytes: Buffer, version: number): { readonly value: unknown; readonly remaining: number };
}

function sides(api: Api): readonly Side[] {
  return [
    {
      name: 'request',
      fields: api.requestFields,
      encode: (version, value) => {
        api.encodeRequest(writer.startPlain(), version, value);
        return Buffer.concat(writer.finish());
      },
      decode: (bytes, version) => {
        const reader = new Reader(bytes);
        return { value: api.decodeRequest(reader, version), remaining: reader.remaining };
      },
    },
    {
      name: 'response',
      fields: api.responseFields,
      encode: (version, value) => {
        api.encodeResponse(writer.startPlain(), version, value);
        return Buffer.concat(writer.finish());
      },
      decode: (bytes, version) => {
        const reader = new Reader(bytes);
        return { value: api.decodeResponse(reader, version), remaining: reader.remaining };
      },
    },
  ];
}

function versions(api: Api): readonly number[] {
  return Array.from({ length: api.versionMax - api.versionMin + 1 }, (_, index) => api.versionMin + index);
}

describe.each(allApis.map((api) => [api.name, api] as const))('%s', (_name, api) => {
  test.each(sides(api).map((side) => [side.name, side] as const))(
    'decodes what it encoded, whole, in every version: %s',
    (_side, side) => {
      for (const version of versions(api)) {
        fc.assert(
          fc.property(messageArbitrary(side.fields, version), (value) => {
            const decoded = side.decode(side.encode(version, value), version);
            expect(decoded.remaining).toBe(0);
            expect(decoded.value).toEqual(value);
          }),
          { numRuns: 15, seed: 4300 + version },
        );
      }
    },
  );

  test.each(sides(api).map((side) => [side.name, side] as const))(
    'refuses every truncation of every version as a ProtocolError: %s',
    (_side, side) => {
      for (const version of versions(api)) {
        const bytes = side.encode(version, sampleMessage(side.fields, version));
        for (let length = 0; length < bytes.length; length += 1) {
          expect(() => side.decode(bytes.subarray(0, length), version)).toThrow(ProtocolError);
        }
      }
    },
  );

  test.each(sides(api).map((side) => [side.name, side] as const))(
    'survives any byte changed, in every version: %s',
    (_side, side) => {
      for (const version of versions(api)) {
        const bytes = side.encode(version, sampleMessage(side.fields, version));
        for (let at = 0; at < bytes.length; at += 1) {
          for (const flip of [0x01, 0x80, 0xff]) {
            const damaged = Buffer.from(bytes);
            damaged[at] = (damaged[at] ?? 0) ^ flip;
            try {
              side.decode(damaged, version);
            } catch (error) {
              expect(error).toBeInstanceOf(ProtocolError);
            }
          }
        }
      }
    },
  );

  test('decodes every version to one shape', () => {
    for (const side of sides(api)) {
      for (const version of versions(api)) {
        const decoded = side.decode(side.encode(version, sampleMessage(side.fields, version)), version);
        expect(Object.keys(decoded.value as object)).toEqual(Object.keys(side.fields));
      }
    }
  });

  test('refuses versions outside its range with UNSUPPORTED_VERSION', () => {
    for (const version of [api.versionMin - 1, api.versionMax + 1]) {
      for (const side of sides(api)) {
        expect(() => side.decode(Buffer.alloc(64), version)).toThrow(
          expect.objectContaining({ errorName: 'UNSUPPORTED_VERSION' }),
        );
      }
    }
  });
});

test('keys and names are unique and ascending', () => {
  const keys = allApis.map((api) => api.key);
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
});
