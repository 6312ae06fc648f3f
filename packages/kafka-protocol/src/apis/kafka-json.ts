import type { MessageValue } from '../sample-message.ts';
import type { Field, Fields } from '../schema.ts';
import { hasVersion } from '../versions.ts';

const longMax = '9223372036854775807';

/**
 * For tests: a message in the JSON of Apache Kafka's JsonConverter, which knows a version's fields only,
 * takes bytes as base64, and spells the field names as we do.
 */
export function kafkaJson(fields: Fields, version: number, message: MessageValue): string {
  // Kafka's reader wants 2^63−1 as a bare number, which JSON.stringify cannot write.
  return JSON.stringify(toKafkaJson(fields, version, message))
    .replaceAll(`"${longMax}"`, longMax)
    .replace(doubles, '$1');
}

/** It wants a double to look like one as well, also where that is whole. */
const doubleMark = 'a double: ';
const doubles = new RegExp(`"${doubleMark}([^"]+)"`, 'g');
const doubleText = (value: number) =>
  `${doubleMark}${Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : value}`;

function toKafkaJson(fields: Fields, version: number, message: MessageValue): MessageValue {
  const entries = Object.entries(fields)
    .filter(([, field]) => hasVersion(field.versions, version))
    .map(([name, field]) => [name, fieldToJson(field, version, message[name])]);
  return Object.fromEntries(entries);
}

function fieldToJson(field: Field, version: number, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => elementToJson(field, version, element));
  return elementToJson(field, version, value);
}

function elementToJson(field: Field, version: number, value: unknown): unknown {
  if (field.type === 'float64' && typeof value === 'number') return doubleText(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value === Number.POSITIVE_INFINITY) return longMax;
  if (field.fields === null || value === null) return value;
  return toKafkaJson(field.fields, version, value as MessageValue); // A struct's value is an object.
}
