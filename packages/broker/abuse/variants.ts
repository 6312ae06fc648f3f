import type { Api } from '@weir/kafka-protocol/api';
import type { Primitive } from '@weir/kafka-protocol/schema';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { ClusterLimits } from '@weir/metadata-store/model';
import { requestBytesOf, requestElementsOf } from '../src/dispatch/request-bounds.ts';
import { type MessageValue, unknownType } from './sound-request.ts';

/** A sound request changed, and encoded as a frame. */
export type FrameOf = (change: (request: MessageValue) => MessageValue) => Buffer;
/** The frame of a sound request with another value in one place. */
type SetField = (value: (old: unknown) => unknown) => Buffer;

export interface Spoiled {
  readonly what: string;
  readonly frame: () => Buffer;
}

/** What a hostile request is filled with. */
export interface Strange {
  readonly limits: ClusterLimits;
  readonly batches: ReadonlyMap<string, () => Buffer>;
  /** Names and ids of somebody else. */
  readonly othersNames: readonly string[];
  readonly othersTopicId: string;
  readonly someBytes: (length: number) => Buffer;
}

/** Kafka's own longest string: a length of sixteen bits. */
const stringBytesMax = 32_767;
const hugeBytes = 1024 * 1024;
/** A frame may not be so large that making it is what takes the time. */
const builtBytesMax = 24 * 1024 * 1024;

/** The array as long as the bound on bytes lets it be and as the bound on elements does, of one element and of distinct ones. */
export function repeated(api: Api, set: SetField, flexible: boolean, limits: ClusterLimits): Spoiled[] {
  const listOf = (old: unknown): unknown[] => (Array.isArray(old) ? old : []);
  // An array that a sound request leaves empty has nothing to repeat: its claim and its emptiness remain.
  const bytesMax = Math.min(requestBytesOf(api.key, limits), builtBytesMax) - 2_000;
  const sizeOf = (count: number, distinct: boolean) =>
    set((old) => manyOf(listOf(old), count, distinct)).length;
  const toBytes = (distinct: boolean) => () => {
    const each = Math.max((sizeOf(101, distinct) - sizeOf(1, distinct)) / 100, 1);
    // Distinct names grow with their number.
    const count = Math.floor(bytesMax / (distinct ? each + 5 : each));
    return set((old) => manyOf(listOf(old), count, distinct));
  };
  const toElements = (distinct: boolean) => () => {
    const each = Math.max((sizeOf(101, distinct) - sizeOf(1, distinct)) / 100, 1);
    const count = Math.min(
      requestElementsOf(limits) - 100,
      Math.floor(bytesMax / (distinct ? each + 5 : each)),
    );
    return set((old) => manyOf(listOf(old), count, distinct));
  };
  return [
    { what: 'repeated to the bound on bytes', frame: toBytes(false) },
    { what: 'distinct to the bound on bytes', frame: toBytes(true) },
    { what: 'repeated to the bound on elements', frame: toElements(false) },
    { what: 'distinct to the bound on elements', frame: toElements(true) },
    { what: 'empty', frame: () => set(() => []) },
    { what: 'claims 2^31−1 elements', frame: () => claimingMore(lengths(set, listOf), flexible, 4) },
  ];
}

const lengths = (set: SetField, listOf: (old: unknown) => unknown[]) => (length: number) =>
  set((old) => manyOf(listOf(old), length, false));

function manyOf(list: readonly unknown[], count: number, distinct: boolean): unknown[] {
  const [one] = list;
  if (one === undefined) return [];
  return distinct
    ? Array.from({ length: count }, (_, index) => varied(one, index))
    : new Array<unknown>(count).fill(one);
}

/** The element with other names, numbers and ids, at every depth. */
function varied(value: unknown, index: number): unknown {
  if (typeof value === 'string')
    return value.length === zeroUuid.length ? uuidOf(index) : `${value}-${index}`;
  if (typeof value === 'number') return index;
  if (Array.isArray(value) || Buffer.isBuffer(value) || typeof value !== 'object' || value === null)
    return value;
  const entries = Object.entries(value).map(
    ([name, inner]) =>
      // Small fields hold no large number; what they say stays.
      [name, typeof inner === 'number' && smallFields.has(name) ? inner : varied(inner, index)] as const,
  );
  return Object.fromEntries(entries);
}

const smallFields = new Set(['replicationFactor', 'resourceType', 'numPartitions', 'fetchOffset']);

function uuidOf(index: number): string {
  const bytes = Buffer.alloc(16, 1);
  bytes.writeUInt32BE(index, 12);
  return bytes.toString('base64url');
}

const integers: Readonly<Record<'int8' | 'int16' | 'int32', readonly number[]>> = {
  int8: [-0x80, -1, 0, 1, 0x7f],
  int16: [-0x8000, -1, 0, 1, 0x7fff],
  int32: [-0x8000_0000, -1, 0, 1, 0x7fff_ffff],
};
/** Eight bytes that are nowhere else in a frame; longer integers than JavaScript's stand in their place. */
const int64Mark = 0x0012_3456_789a_bcde;
const int64Extremes = { '−2^63': 0x8000_0000_0000_0000n, '2^63−1': 0x7fff_ffff_ffff_ffffn } as const;

export function strangeValues(type: Exclude<Primitive, never>, set: SetField, strange: Strange): Spoiled[] {
  const value = (what: string, made: () => unknown): Spoiled => ({ what, frame: () => set(made) });
  switch (type) {
    case 'bool':
      return [value('true', () => true), value('false', () => false)];
    case 'int8':
    case 'int16':
    case 'int32':
      return integers[type].map((number) => value(String(number), () => number));
    case 'uint16':
      return [0, 1, 0xffff].map((number) => value(String(number), () => number));
    case 'float64':
      return [Number.NaN, -1, -0, 5e-324, 1e308, Number.POSITIVE_INFINITY].map((number) =>
        value(String(number), () => number),
      );
    case 'int64':
      return [
        ...[-2, -1, 0, Number.MAX_SAFE_INTEGER].map((number) => value(String(number), () => number)),
        ...Object.entries(int64Extremes).map(([what, number]) => ({ what, frame: () => int64(set, number) })),
      ];
    case 'uuid':
      return [
        value('zero', () => zeroUuid),
        value('unknown', () => strange.someBytes(16).toString('base64url')),
        value("another tenant's", () => strange.othersTopicId),
      ];
    case 'string':
      return [
        value('huge', () => 'h'.repeat(stringBytesMax)),
        value('unknown', () => `unknown-${strange.someBytes(4).toString('hex')}`),
        ...strange.othersNames.map((name) => value(`another tenant's, ${name}`, () => name)),
        value('empty', () => ''),
        value('odd characters', () => '../../\u0000\u202e*\ufeff%00'),
      ];
    case 'bytes':
      return [
        value('huge', () => Buffer.alloc(hugeBytes, 1)),
        value('garbage', () => strange.someBytes(500)),
        value('empty', () => Buffer.alloc(0)),
      ];
    case 'records':
      return [
        ...[...strange.batches].map(([what, batch]) => value(what, batch)),
        value('empty', () => Buffer.alloc(0)),
      ];
    default:
      return unknownType(type);
  }
}

function int64(set: SetField, number: bigint): Buffer {
  const frame = set(() => int64Mark);
  const mark = Buffer.alloc(8);
  mark.writeBigInt64BE(BigInt(int64Mark));
  const at = frame.indexOf(mark);
  if (at >= 0) frame.writeBigUInt64BE(number, at);
  return frame;
}

/** A length that claims more than follows it. */
export function claims(type: 'string' | 'bytes' | 'records', set: SetField, flexible: boolean): Spoiled[] {
  const ofLength = (length: number) =>
    set(() => (type === 'string' ? 'c'.repeat(length) : Buffer.alloc(length, 99)));
  return [
    {
      what: 'claims more bytes than there are',
      frame: () => claimingMore(ofLength, flexible, type === 'string' ? 2 : 4),
    },
  ];
}

const frameSizeBytes = 4;
/** A uvarint of 2^31 − 1. */
const largestUvarint = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]);

/** Where two frames that hold one and two of something first differ, there lies its length. */
function claimingMore(ofLength: (length: number) => Buffer, flexible: boolean, prefixBytes: 2 | 4): Buffer {
  const [one, two] = [ofLength(1), ofLength(2)];
  let at = frameSizeBytes;
  while (at < one.length && one[at] === two[at]) at += 1;
  if (at >= one.length) return one;
  const claimed = flexible
    ? Buffer.concat([one.subarray(0, at), largestUvarint, one.subarray(at + 1)])
    : Buffer.from(one);
  if (!flexible && prefixBytes === 2) claimed.writeInt16BE(0x7fff, at - 1);
  if (!flexible && prefixBytes === 4) claimed.writeInt32BE(0x7fff_ffff, at - 3);
  claimed.writeInt32BE(claimed.length - frameSizeBytes, 0);
  return claimed;
}
