import { defaultLiteral } from './default-literal.ts';
import { sliceEnd } from './element-slices.ts';
import type { Reader } from './reader.ts';
import type { Field, Fields } from './schema.ts';
import { uuidBytes } from './uuid.ts';
import { hasVersion } from './versions.ts';

/**
 * Turns a schema and one version of it into a function without branches on schema or version: the source
 * of that function is written out, one read after the other, and compiled by `new Function`. A decoder
 * that walks the schema at run time costs several times as much, and a request has ten microseconds in
 * all. The source is made of the schemas in this package alone; nothing off the wire goes into it.
 */
export function compileDecoder(
  fields: Fields,
  version: number,
  flexible: boolean,
): (reader: Reader) => unknown {
  // `new Function` gives an untyped function; its shape is what was just written out.
  return compile(fields, version, flexible, false) as (reader: Reader) => unknown;
}

/** The same decoder as a generator, which stops after each `elementsPerSlice` elements of arrays. */
export function compileSlicedDecoder(
  fields: Fields,
  version: number,
  flexible: boolean,
): (reader: Reader) => Generator<void, unknown, void> {
  // As above.
  return compile(fields, version, flexible, true) as (reader: Reader) => Generator<void, unknown, void>;
}

function compile(fields: Fields, version: number, flexible: boolean, sliced: boolean): unknown {
  const source = new DecoderSource(version, flexible, sliced);
  const result = source.struct(fields);
  const lines = [`function${sliced ? '*' : ''} decode(r) {`, ...source.lines, `return ${result}; }`];
  if (sliced) lines.splice(1, 0, 'let steps = 0;');
  return new Function('emptyBytes', `return ${lines.join('\n')}`)(Buffer.alloc(0));
}

class DecoderSource {
  readonly lines: string[] = [];
  private readonly version: number;
  private readonly flexible: boolean;
  private readonly sliced: boolean;
  private variables = 0;

  constructor(version: number, flexible: boolean, sliced: boolean) {
    this.version = version;
    this.flexible = flexible;
    this.sliced = sliced;
  }

  /** Writes the reads of a struct; returns the expression of the finished object. */
  struct(fields: Fields): string {
    const entries: string[] = [];
    const tagged: { readonly field: Field; readonly variable: string }[] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (!hasVersion(field.versions, this.version)) {
        entries.push(`${name}: ${defaultLiteral(field)}`);
        continue;
      }
      const variable = this.variable();
      entries.push(`${name}: ${variable}`);
      if (hasVersion(field.taggedVersions, this.version)) {
        this.lines.push(`let ${variable} = ${defaultLiteral(field)};`);
        tagged.push({ field, variable });
      } else {
        this.lines.push(`let ${variable};`);
        this.value(field, variable);
      }
    }
    if (this.flexible) this.tagged(tagged);
    return `{ ${entries.join(', ')} }`;
  }

  /** KIP-482: a count, then tag, length and value of each. Unknown tags are skipped. */
  private tagged(known: readonly { readonly field: Field; readonly variable: string }[]): void {
    const count = this.variable();
    const tag = this.variable();
    const end = this.variable();
    this.lines.push(`for (let ${count} = r.taggedFieldCount(); ${count} > 0; ${count}--) {`);
    this.lines.push(`const ${tag} = r.uvarint(); const ${end} = r.endOf(r.uvarint());`);
    this.lines.push(`switch (${tag}) {`);
    for (const { field, variable } of known) {
      this.lines.push(`case ${field.tag}: {`);
      this.value(field, variable);
      this.lines.push('break; }');
    }
    this.lines.push(`default: r.skip(${end} - r.offset); }`);
    this.lines.push(`r.expectAt(${end}); }`);
  }

  private value(field: Field, target: string): void {
    const nullable = hasVersion(field.nullable, this.version);
    if (field.isArray) this.array(field, nullable, target);
    else if (field.type === 'struct') this.nested(field, nullable, target);
    else this.lines.push(`${target} = ${this.primitive(field, nullable)};`);
  }

  private array(field: Field, nullable: boolean, target: string): void {
    const method = `${this.flexible ? (nullable ? 'compactNullableA' : 'compactA') : nullable ? 'nullableA' : 'a'}rrayLength`;
    const count = this.variable();
    this.lines.push(`let ${count} = r.${method}(${this.elementBytesMin(field)});`);
    this.lines.push(nullable ? `if (${count} === -1) { ${target} = null; } else {` : '{');
    this.lines.push(`${target} = [];`);
    this.lines.push(`for (; ${count} > 0; ${count}--) {`);
    if (field.fields === null) this.lines.push(`${target}.push(${this.primitive(field, false)});`);
    else this.lines.push(`${target}.push(${this.struct(field.fields)});`);
    if (this.sliced) this.lines.push(sliceEnd);
    this.lines.push('} }');
  }

  private nested(field: Field, nullable: boolean, target: string): void {
    if (field.fields === null) throw new Error('a struct without fields');
    // A nullable struct is preceded by one byte: −1 for null, 1 for present (KIP-893).
    this.lines.push(nullable ? `if (r.int8() < 0) { ${target} = null; } else {` : '{');
    this.lines.push(`${target} = ${this.struct(field.fields)};`);
    this.lines.push('}');
  }

  private primitive(field: Field, nullable: boolean): string {
    switch (field.type) {
      case 'int64':
        return field.default === Number.POSITIVE_INFINITY ? 'r.int64OrInfinity()' : 'r.int64()';
      case 'string':
        return `r.${this.prefixed('String', nullable)}()`;
      case 'bytes':
      case 'records':
        return `r.${this.prefixed('Bytes', nullable)}()`;
      default:
        return `r.${field.type}()`;
    }
  }

  private prefixed(type: string, nullable: boolean): string {
    const prefix = `${this.flexible ? 'Compact' : ''}${nullable ? 'Nullable' : ''}${type}`;
    return prefix.charAt(0).toLowerCase() + prefix.slice(1);
  }

  /** The fewest bytes an element can take in this version, so that a count cannot promise more. */
  private elementBytesMin(field: Field): number {
    return field.fields === null ? this.bytesMin(field) : this.structBytesMin(field.fields);
  }

  private structBytesMin(fields: Fields): number {
    let total = this.flexible ? 1 : 0;
    for (const field of Object.values(fields)) {
      if (!hasVersion(field.versions, this.version) || hasVersion(field.taggedVersions, this.version))
        continue;
      if (field.isArray) total += this.flexible ? 1 : 4;
      else total += this.bytesMin(field);
    }
    return total;
  }

  private bytesMin(field: Field): number {
    switch (field.type) {
      case 'bool':
      case 'int8':
        return 1;
      case 'int16':
      case 'uint16':
        return 2;
      case 'int32':
        return 4;
      case 'int64':
      case 'float64':
        return 8;
      case 'uuid':
        return uuidBytes;
      case 'string':
        return this.flexible ? 1 : 2;
      case 'bytes':
      case 'records':
        return this.flexible ? 1 : 4;
      case 'struct':
        if (field.fields === null) throw new Error('a struct without fields');
        return hasVersion(field.nullable, this.version) ? 1 : this.structBytesMin(field.fields);
    }
  }

  private variable(): string {
    this.variables += 1;
    return `v${this.variables}`;
  }
}
