import { defaultValue, type MessageValue } from '@weir/kafka-protocol/sample-message';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { hasVersion } from '@weir/kafka-protocol/versions';
import type { Random } from '../abuse/random.ts';

const elementsMax = 3;
const textMax = 30;

/** Any message of that version whose bytes are well-formed, nulls and empty arrays included. */
export function drawnMessage(fields: Fields, version: number, random: Random): MessageValue {
  const entries = Object.entries(fields).map(([name, field]) => [name, drawnField(field, version, random)]);
  return Object.fromEntries(entries);
}

function drawnField(field: Field, version: number, random: Random): unknown {
  if (!hasVersion(field.versions, version)) return defaultValue(field);
  if (hasVersion(field.nullable, version) && random.below(6) === 0) return null;
  const one = () =>
    field.fields === null ? drawnLeaf(field.type, random) : drawnMessage(field.fields, version, random);
  return field.isArray ? Array.from({ length: random.below(elementsMax + 1) }, one) : one();
}

function drawnLeaf(type: Field['type'], random: Random): unknown {
  switch (type) {
    case 'bool':
      return random.below(2) === 0;
    case 'int8':
      return random.below(0x100) - 0x80;
    case 'int16':
      return random.below(0x1_0000) - 0x8000;
    case 'uint16':
      return random.below(0x1_0000);
    case 'float64':
      return random.bytes(8).readDoubleBE();
    case 'int64':
      return random.below(2 ** 31) * 2 ** 20 - 2 ** 50;
    case 'string':
      return random.bytes(random.below(textMax)).toString('latin1');
    case 'bytes':
    case 'records':
      return random.bytes(random.below(textMax));
    case 'uuid':
      return random.bytes(16).toString('base64url');
    default:
      return random.below(2 ** 32) - 2 ** 31;
  }
}
