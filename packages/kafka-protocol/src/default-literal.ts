import type { Field, Fields } from './schema.ts';
import { zeroUuid } from './uuid.ts';

/** The source of a field's default value, stated or implicit. `emptyBytes` is in the scope of the codecs. */
export function defaultLiteral(field: Field): string {
  if (field.default === null) return 'null';
  if (field.default !== undefined) {
    return field.default === Number.POSITIVE_INFINITY ? 'Infinity' : JSON.stringify(field.default);
  }
  if (field.isArray) return '[]';
  switch (field.type) {
    case 'bool':
      return 'false';
    case 'string':
      return "''";
    case 'bytes':
      return 'emptyBytes';
    case 'records':
      return 'null';
    case 'uuid':
      return `'${zeroUuid}'`;
    case 'struct':
      return structLiteral(field.fields ?? {});
    default:
      return '0';
  }
}

function structLiteral(fields: Fields): string {
  const entries = Object.entries(fields).map(([name, field]) => `${name}: ${defaultLiteral(field)}`);
  return `{ ${entries.join(', ')} }`;
}

/** The source of a test whether the value in `variable` (never undefined) is the field's default. */
export function isDefaultTest(field: Field, variable: string): string {
  if (field.default === null) return `${variable} === null`;
  if (field.isArray) return `(${variable} !== null && ${variable}.length === 0)`;
  if (field.type === 'bytes') return `(${variable} !== null && ${variable}.length === 0)`;
  if (field.type !== 'struct') return `${variable} === ${defaultLiteral(field)}`;
  const tests = Object.entries(field.fields ?? {}).map(([name, inner]) => {
    const path = `${variable}.${name}`;
    return `(${path} === undefined || ${isDefaultTest(inner, path)})`;
  });
  return `(${variable} !== null && ${tests.join(' && ')})`;
}
