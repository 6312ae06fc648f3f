import { defaultLiteral, isDefaultTest } from './default-literal.ts';
import { sliceEnd } from './element-slices.ts';
import type { Field, Fields } from './schema.ts';
import { hasVersion } from './versions.ts';
import type { Writer } from './writer.ts';

/** The counterpart of compileDecoder, compiled in the same way and for the same reason. */
export function compileEncoder(
  fields: Fields,
  version: number,
  flexible: boolean,
): (writer: Writer, value: unknown) => void {
  // `new Function` gives an untyped function; its shape is what was just written out.
  return compile(fields, version, flexible, false) as (writer: Writer, value: unknown) => void;
}

/** The same encoder as a generator, which stops after each `elementsPerSlice` elements of arrays. */
export function compileSlicedEncoder(
  fields: Fields,
  version: number,
  flexible: boolean,
): (writer: Writer, value: unknown) => Generator<void, void, void> {
  // As above.
  return compile(fields, version, flexible, true) as (
    writer: Writer,
    value: unknown,
  ) => Generator<void, void, void>;
}

function compile(fields: Fields, version: number, flexible: boolean, sliced: boolean): unknown {
  const source = new EncoderSource(version, flexible, sliced);
  source.struct(fields, 'value');
  const lines = [`function${sliced ? '*' : ''} encode(w, value) {`, ...source.lines, '}'];
  if (sliced) lines.splice(1, 0, 'let steps = 0;');
  return new Function('emptyBytes', 'refuseNull', `return ${lines.join('\n')}`)(Buffer.alloc(0), refuseNull);
}

/** Only a broker's own mistake gets here, so it is an assertion rather than a protocol error. */
function refuseNull(name: string, version: number): never {
  throw new TypeError(`${name} is null, which version ${version} cannot carry`);
}

class EncoderSource {
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

  struct(fields: Fields, parent: string): void {
    const tagged: { readonly field: Field; readonly name: string; readonly variable: string }[] = [];
    for (const [name, field] of Object.entries(fields)) {
      if (!hasVersion(field.versions, this.version)) continue;
      const variable = this.variable();
      this.lines.push(`let ${variable} = ${parent}.${name};`);
      this.lines.push(`if (${variable} === undefined) ${variable} = ${defaultLiteral(field)};`);
      if (hasVersion(field.taggedVersions, this.version)) tagged.push({ field, name, variable });
      else this.value(field, name, variable);
    }
    if (this.flexible) this.tagged(tagged);
  }

  /** KIP-482: only fields that differ from their default go out, in ascending order of their tags. */
  private tagged(
    known: readonly { readonly field: Field; readonly name: string; readonly variable: string }[],
  ): void {
    if (known.length === 0) {
      this.lines.push('w.uvarint(0);');
      return;
    }
    const ordered = [...known].sort((a, b) => (a.field.tag ?? 0) - (b.field.tag ?? 0));
    const flags = ordered.map(({ field, variable }) => {
      const flag = this.variable();
      this.lines.push(`const ${flag} = !(${isDefaultTest(field, variable)});`);
      return flag;
    });
    this.lines.push(`w.uvarint(${flags.map((flag) => `(${flag} ? 1 : 0)`).join(' + ')});`);
    ordered.forEach(({ field, name, variable }, index) => {
      const mark = this.variable();
      this.lines.push(`if (${flags[index]}) { const ${mark} = w.beginTagged(${field.tag});`);
      this.value(field, name, variable);
      this.lines.push(`w.endTagged(${mark}); }`);
    });
  }

  private value(field: Field, name: string, variable: string): void {
    const nullable = hasVersion(field.nullable, this.version);
    const prefixed = ['string', 'bytes', 'records'].includes(field.type);
    if (!nullable && (field.isArray || prefixed || field.type === 'struct')) {
      this.lines.push(`if (${variable} === null) refuseNull('${name}', ${this.version});`);
    }
    if (field.isArray) this.array(field, nullable, variable);
    else if (field.type === 'struct') this.nested(field, nullable, variable);
    else this.lines.push(`w.${this.method(field, nullable)}(${variable});`);
  }

  private array(field: Field, nullable: boolean, variable: string): void {
    if (nullable) {
      this.lines.push(`if (${variable} === null) ${this.flexible ? 'w.uvarint(0)' : 'w.int32(-1)'}; else {`);
    } else {
      this.lines.push('{');
    }
    this.lines.push(this.flexible ? `w.uvarint(${variable}.length + 1);` : `w.int32(${variable}.length);`);
    const index = this.variable();
    const element = this.variable();
    this.lines.push(`for (let ${index} = 0; ${index} < ${variable}.length; ${index}++) {`);
    this.lines.push(`const ${element} = ${variable}[${index}];`);
    if (field.fields === null) this.lines.push(`w.${this.method(field, false)}(${element});`);
    else this.struct(field.fields, element);
    if (this.sliced) this.lines.push(sliceEnd);
    this.lines.push('} }');
  }

  private nested(field: Field, nullable: boolean, variable: string): void {
    if (nullable) this.lines.push(`if (${variable} === null) w.int8(-1); else { w.int8(1);`);
    else this.lines.push('{');
    this.struct(field.fields ?? {}, variable);
    this.lines.push('}');
  }

  private method(field: Field, nullable: boolean): string {
    if (field.type === 'int64' && field.default === Number.POSITIVE_INFINITY) return 'int64OrInfinity';
    if (field.type !== 'string' && field.type !== 'bytes' && field.type !== 'records') return field.type;
    const type = field.type.charAt(0).toUpperCase() + field.type.slice(1);
    const method = `${this.flexible ? 'Compact' : ''}${nullable ? 'Nullable' : ''}${type}`;
    return method.charAt(0).toLowerCase() + method.slice(1);
  }

  private variable(): string {
    this.variables += 1;
    return `v${this.variables}`;
  }
}
