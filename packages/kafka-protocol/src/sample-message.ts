import fc from 'fast-check';
import type { Field, Fields } from './schema.ts';
import { zeroUuid } from './uuid.ts';
import { hasVersion } from './versions.ts';

/** For tests: values that fit a schema at a version, as decoding would give them. */
export type MessageValue = Record<string, unknown>;

export function defaultValue(field: Field): unknown {
  if (field.default !== undefined) return field.default;
  if (field.isArray) return [];
  switch (field.type) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'bytes':
      return Buffer.alloc(0);
    case 'records':
      return null;
    case 'uuid':
      return zeroUuid;
    case 'struct':
      return mapFields(field.fields ?? {}, defaultValue);
    default:
      return 0;
  }
}

/** The same value every time: each leaf is made from the count of leaves before it, arrays hold two. */
export function sampleMessage(fields: Fields, version: number): MessageValue {
  let count = 0;
  const leaf = (type: Field['type']): unknown => {
    count += 1;
    switch (type) {
      case 'bool':
        return true;
      case 'string':
        return `text-${count}`;
      case 'bytes':
      case 'records':
        return Buffer.from([count, 0, 255]);
      case 'uuid':
        return Buffer.alloc(16, count).toString('base64url');
      case 'int64':
        return count + 2 ** 40;
      default:
        return count;
    }
  };
  const value = (field: Field): unknown => {
    if (!hasVersion(field.versions, version)) return defaultValue(field);
    const one = () => (field.fields === null ? leaf(field.type) : mapFields(field.fields, value));
    return field.isArray ? [one(), one()] : one();
  };
  return mapFields(fields, value);
}

/** Any message of that version, nulls, defaults and empty arrays included. */
export function messageArbitrary(fields: Fields, version: number): fc.Arbitrary<MessageValue> {
  const entries = Object.entries(fields).map(
    ([name, field]) => [name, fieldArbitrary(field, version)] as const,
  );
  return fc.record(Object.fromEntries(entries), { noNullPrototype: true });
}

function fieldArbitrary(field: Field, version: number): fc.Arbitrary<unknown> {
  if (!hasVersion(field.versions, version)) return fc.constant(defaultValue(field));
  const one = field.fields === null ? leafArbitrary(field) : messageArbitrary(field.fields, version);
  const value = field.isArray ? fc.array(one, { maxLength: 3 }) : one;
  const choices = [{ arbitrary: value, weight: 6 }];
  if (field.type !== 'struct' && field.default !== null) {
    choices.push({ arbitrary: fc.constant(defaultValue(field)), weight: 1 });
  }
  if (hasVersion(field.nullable, version)) choices.push({ arbitrary: fc.constant(null), weight: 1 });
  return fc
    .oneof(...choices)
    .map((chosen) => (chosen === null && !hasVersion(field.nullable, version) ? Buffer.alloc(0) : chosen));
}

function leafArbitrary(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -0x80, max: 0x7f });
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff });
    case 'float64':
      // JSON, by which Kafka's classes are given them, has no others; and no −0.
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    case 'int64':
      return fc.maxSafeInteger();
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 60 });
    case 'bytes':
    case 'records':
      return fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b).toString('base64url'));
    default:
      return fc.integer();
  }
}

function mapFields(fields: Fields, value: (field: Field) => unknown): MessageValue {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, value(field)]));
}
