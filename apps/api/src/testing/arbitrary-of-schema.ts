import fc from 'fast-check';

/** JSON Schema, as far as the document of this API uses it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly example?: unknown;
}

/** Values that a schema of the document takes. `known` texts stand where any text does, now and then. */
export class SchemaValues {
  readonly #document: unknown;
  readonly #known: fc.Arbitrary<string>;

  constructor(document: unknown, known: readonly string[]) {
    this.#document = document;
    this.#known = fc.constantFrom(...known);
  }

  of(schema: unknown, depth = 0): fc.Arbitrary<unknown> {
    const given = this.#resolved(schema);
    if (depth > depthMax) return fc.constant(null);
    const alternatives = given.anyOf ?? given.oneOf;
    if (alternatives) return fc.oneof(...alternatives.map((each) => this.of(each, depth + 1)));
    if ('const' in given) return fc.constant(given.const);
    if (given.enum) return fc.constantFrom(...given.enum);
    const types = [given.type ?? []].flat();
    if (types.length === 0) return fc.jsonValue({ maxDepth: 1 });
    return fc.oneof(...types.map((type) => this.#ofType(type, given, depth)));
  }

  #ofType(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
    switch (type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array': {
        const { items = {}, maxItems = itemsUsual, minItems = 0 } = schema;
        const maxLength = Math.max(minItems, Math.min(maxItems, itemsUsual));
        return fc.array(this.of(items, depth + 1), { minLength: minItems, maxLength });
      }
      case 'integer':
      case 'number': {
        const { maximum = 1_000_000, minimum = 0 } = schema;
        return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum));
      }
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return this.#text(schema);
    }
  }

  #object({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties).map(
      ([name, each]) => [name, this.of(each, depth + 1)] as const,
    );
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
  }

  #text({ example, format, maxLength, minLength = 0, pattern }: Schema): fc.Arbitrary<string> {
    const formatted = formats[format ?? ''];
    if (formatted) return formatted;
    if (typeof example === 'string' && pattern !== undefined) return fc.constant(example);
    if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
    const max = Math.max(minLength, Math.min(maxLength ?? lengthUsual, lengthUsual));
    const any = fc.string({ unit: 'grapheme', minLength, maxLength: max });
    return fc.oneof(
      any,
      this.#known.filter((text) => text.length >= minLength),
    );
  }

  #resolved(schema: unknown): Schema {
    // The document is JSON that our own generator wrote, of which Schema names what is used here.
    const given = schema as Schema;
    if (given.$ref === undefined) return given;
    const at = given.$ref.slice(2).split('/');
    return this.#resolved(at.reduce<unknown>((value, name) => Object(value)[name], this.#document));
  }
}

const depthMax = 8;
const itemsUsual = 3;
const lengthUsual = 24;

const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'date-time': fc
    .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  email: fc.uuid().map((id) => `${id}@example.com`),
  uri: fc.constant('https://example.com/'),
  base64: fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64')),
};
