import { mavenJar, readJar } from './kafka-jars.ts';

/** A field as Apache Kafka's own message definitions (`common/message/*.json`) state it. */
export interface KafkaField {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean | null;
  readonly fields?: readonly KafkaField[];
}

export interface KafkaDefinition {
  readonly apiKey?: number;
  readonly name: string;
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly latestVersionUnstable?: boolean;
  readonly fields: readonly KafkaField[];
  readonly commonStructs?: readonly KafkaField[];
}

/** The definitions in a jar by message name; null where Java or Maven is missing. */
export function kafkaDefinitions(coordinates: string): Map<string, KafkaDefinition> | null {
  const jar = mavenJar(coordinates);
  if (jar === null) return null;
  const definitions = new Map<string, KafkaDefinition>();
  for (const text of readJar(jar, (name) => /^common\/message\/\w+\.json$/.test(name)).values()) {
    const uncommented = text
      .split('\n')
      .filter((line) => !line.trim().startsWith('//'))
      .join('\n');
    const definition = JSON.parse(uncommented) as KafkaDefinition; // Kafka's generator reads the same shape.
    definitions.set(definition.name, definition);
  }
  return definitions;
}

/** One of our fields, as far as it is compared (structurally a `Field` of `@weir/kafka-protocol/schema`). */
interface OurField {
  readonly type: string;
  readonly isArray: boolean;
  readonly versions: string;
  readonly nullable: string | null;
  readonly default: unknown;
  readonly tag: number | null;
  readonly taggedVersions: string | null;
  readonly fields: { readonly [name: string]: OurField } | null;
}

/** A line a field in wire order, with everything that its encoding depends on; equal lines, equal wire. */
export function describeOurs(fields: { readonly [name: string]: OurField }, path = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    line(`${path}${name}`, {
      type: `${field.isArray ? '[]' : ''}${field.type}`,
      versions: field.versions,
      nullable: field.nullable,
      tag: field.tag,
      tagged: field.taggedVersions,
      default: field.default === Number.POSITIVE_INFINITY ? '9223372036854775807' : field.default,
    }),
    ...describeOurs(field.fields ?? {}, `${path}${name}.`),
  ]);
}

export function describeKafkas(definition: KafkaDefinition): string[] {
  const structs = new Map(
    (definition.commonStructs ?? []).map((struct) => [struct.name, struct.fields ?? []]),
  );
  const describe = (fields: readonly KafkaField[], path: string): string[] =>
    fields.flatMap((field) => {
      const isArray = field.type.startsWith('[]');
      const element = isArray ? field.type.slice(2) : field.type;
      const isStruct = /^[A-Z]/.test(element);
      const name = field.name.charAt(0).toLowerCase() + field.name.slice(1);
      return [
        line(`${path}${name}`, {
          type: `${isArray ? '[]' : ''}${isStruct ? 'struct' : element}`,
          versions: field.versions,
          nullable: field.nullableVersions ?? null,
          tag: field.tag ?? null,
          tagged: field.taggedVersions ?? null,
          default: statedDefault(element, field.default),
        }),
        ...describe(field.fields ?? structs.get(element) ?? [], `${path}${name}.`),
      ];
    });
  return describe(definition.fields, '');
}

/** Kafka writes many defaults as strings ("-1", "0x7fffffff", "false", "null"). */
function statedDefault(type: string, value: KafkaField['default']): unknown {
  if (value === undefined || type === 'string') return value === 'null' ? null : value;
  if (value === 'null' || value === null) return null;
  if (value === '9223372036854775807') return value;
  if (type === 'bool') return value === true || value === 'true';
  return Number(value);
}

function line(path: string, facts: Readonly<Record<string, unknown>>): string {
  return `${path} ${JSON.stringify(facts, (_key, value: unknown) => (value === undefined ? 'implicit' : value))}`;
}
